import type { Identity } from '../auth.ts'
import type { Commit } from '../commit.ts'
import { childOf, entries, toJson, type Json, type Tree } from '../tree/index.ts'
import type { ChangeAt } from './changesAt.ts'
import type { Trigger } from './registration.ts'

/** What is posted to a function. */
export interface TriggerEvent {
  readonly contentType: string
  readonly body: object
}

/** The event that tells a function of one change: a CloudEvent for the second generation, the older form for the first. */
export function eventFor(
  trigger: Trigger,
  { namespace, identity, time }: Commit,
  { path, before, after }: ChangeAt,
  id: string,
): TriggerEvent {
  const at = { ref: path.join('/'), namespace, id, time: new Date(time).toISOString() }
  const data = { data: toJson(before), delta: deltaOf(before, after) }
  return trigger.generation === 2
    ? secondGeneration(trigger, identity, at, data)
    : firstGeneration(trigger, identity, at, data)
}

/** What must be merged into `before` to get `after`: removed keys are null, unchanged ones are left out. */
export function deltaOf(before: Tree, after: Tree): Json {
  if (before?.kind !== 'branch' || after?.kind !== 'branch') return toJson(after)
  const delta: [string, Json][] = []
  for (const [key] of entries(before)) if (childOf(after, key) === null) delta.push([key, null])
  for (const [key, child] of entries(after)) {
    const old = childOf(before, key)
    if (old !== child) delta.push([key, deltaOf(old, child)])
  }
  return Object.fromEntries(delta)
}

interface At {
  ref: string
  namespace: string
  id: string
  time: string
}

interface Data {
  data: Json
  delta: Json
}

function secondGeneration(trigger: Trigger, identity: Identity, at: At, data: Data): TriggerEvent {
  const instance = `projects/_/locations/${trigger.location}/instances/${at.namespace}`
  const uid = identity.admin ? undefined : identity.auth?.['uid']
  return {
    contentType: 'application/cloudevents+json',
    body: {
      specversion: '1.0',
      id: at.id,
      time: at.time,
      type: trigger.event,
      source: `//firebasedatabase.googleapis.com/${instance}`,
      subject: `refs/${at.ref}`,
      ref: at.ref,
      instance: at.namespace,
      location: trigger.location,
      firebasedatabasehost: 'firebaseio.com',
      authtype: authTypeOf(identity),
      ...(typeof uid === 'string' ? { authid: uid } : {}),
      data: { '@type': DATA_TYPE, ...data },
    },
  }
}

const DATA_TYPE = 'type.googleapis.com/google.events.firebase.database.v1.ReferenceEventData'

function firstGeneration(trigger: Trigger, identity: Identity, at: At, data: Data): TriggerEvent {
  const auth = identity.admin ? null : identity.auth
  const name = `projects/_/instances/${at.namespace}/refs/${at.ref}`
  return {
    contentType: 'application/json',
    body: {
      context: {
        eventId: at.id,
        timestamp: at.time,
        eventType: trigger.event,
        resource: { service: 'firebaseio.com', name },
        domain: 'firebaseio.com',
        authType: FIRST_AUTH_TYPES[authTypeOf(identity)],
        ...(auth ? { auth: { uid: auth['uid'], token: auth['token'] } } : {}),
      },
      data,
    },
  }
}

function authTypeOf(identity: Identity): keyof typeof FIRST_AUTH_TYPES {
  if (identity.admin) return 'admin'
  return identity.auth ? 'app_user' : 'unauthenticated'
}

/** The names of the second generation, and what the first calls the same. */
const FIRST_AUTH_TYPES = {
  admin: 'ADMIN',
  app_user: 'USER',
  unauthenticated: 'UNAUTHENTICATED',
} as const
