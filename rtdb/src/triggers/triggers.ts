import { randomUUID } from 'node:crypto'
import type { Commit } from '../commit.ts'
import { changesAt } from './changesAt.ts'
import type { ChangeAt } from './changesAt.ts'
import { eventFor } from './event.ts'
import type { ChangeKind, Trigger } from './registration.ts'

/** The registered functions, and the way to them: the Functions emulator. */
export class Triggers {
  readonly #functionsHost: string | undefined
  readonly #log: (line: string) => void
  readonly #byFunction = new Map<string, Trigger>()
  readonly #closing = new AbortController()
  readonly #pending = new Set<Promise<void>>()

  /** `functionsHost` is `host:port`; without it functions may register but never run. */
  constructor(functionsHost: string | undefined, log: (line: string) => void) {
    this.#functionsHost = functionsHost
    this.#log = log
  }

  /** Registers a function; one registered before under the same name is replaced. */
  register(trigger: Trigger): void {
    this.#byFunction.set(`${trigger.project}/${trigger.location}/${trigger.key}`, trigger)
    if (this.#functionsHost === undefined) {
      this.#log(
        `Function ${trigger.key} is registered, but will not run: no Functions emulator is known.`,
      )
    }
  }

  /** Tells the functions concerned of a write, without waiting for them. */
  fire(commit: Commit): void {
    if (this.#functionsHost === undefined) return
    for (const trigger of this.#byFunction.values()) {
      if (!trigger.namespace.test(commit.namespace)) continue
      for (const change of changesAt(trigger.segments, commit.before, commit.after, commit.paths)) {
        if (trigger.kind === 'written' || trigger.kind === kindOf(change)) {
          this.#post(trigger, commit, change)
        }
      }
    }
  }

  /** Gives up what is under way. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#pending)
  }

  #post(trigger: Trigger, commit: Commit, change: ChangeAt): void {
    const sent = this.#send(trigger, commit, change).catch((error: unknown) => {
      if (this.#closing.signal.aborted) return
      this.#log(`Function ${trigger.key} could not be told of a change: ${String(error)}`)
    })
    this.#pending.add(sent)
    void sent.then(() => this.#pending.delete(sent))
  }

  async #send(trigger: Trigger, commit: Commit, change: ChangeAt): Promise<void> {
    const { contentType, body } = eventFor(trigger, commit, change, randomUUID())
    const path = `functions/projects/${trigger.project}/triggers/${trigger.key}`
    const response = await fetch(`http://${this.#functionsHost ?? ''}/${path}`, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: JSON.stringify(body),
      signal: this.#closing.signal,
    })
    await response.body?.cancel()
    if (!response.ok) this.#log(`Function ${trigger.key} answered ${response.status}.`)
  }
}

function kindOf({ before, after }: ChangeAt): ChangeKind {
  if (before === null) return 'created'
  return after === null ? 'deleted' : 'updated'
}
