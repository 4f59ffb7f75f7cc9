/**
 * The environment for processes that talk to this machine only. The SDKs send even loopback traffic to a
 * proxy named here, and firebase-tools hands a developer's Google credentials on to the local function.
 */
export function loopbackEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const dropped =
    /^(https?_proxy|all_proxy|no_proxy|google_application_credentials|firebase_token)$/i
  return Object.fromEntries(Object.entries(env).filter(([name]) => !dropped.test(name)))
}
