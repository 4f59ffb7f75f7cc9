/** What a developer's shell may set and no local process may see: each row is a name, as a pattern. */
const DROPPED: readonly RegExp[] = [
  // The SDKs send even loopback traffic to a proxy.
  /^(https?|all|no)_proxy$/i,
  // firebase-tools hands a developer's Google credentials on to the local function.
  /^(google_application_credentials|firebase_token)$/i,
  // Cloud Shell sets it, and the Admin SDK prefers it to GCLOUD_PROJECT, which firebase-tools sets: the ID
  // tokens of the local project would be for another audience, and every caller a stranger.
  /^(google_cloud|gcloud|gcp)_project$/i,
  /^google_cloud_quota_project$/i,
  // Where the SDKs look for a project, a database or an emulator that nobody has named to them.
  /^(firebase_config|cloud_runtime_config|__firebase_defaults__)$/i,
  /_emulator_host$/i,
]

/** The environment for processes that talk to this machine only, about a project of their own. */
export function loopbackEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const isKept = (name: string) => !DROPPED.some((pattern) => pattern.test(name))
  return Object.fromEntries(Object.entries(env).filter(([name]) => isKept(name)))
}
