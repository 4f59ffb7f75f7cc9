import { pathToFileURL } from 'node:url'
import { deleteApp, initializeApp } from 'firebase/app'
import { connectAuthEmulator, getAuth, signOut } from 'firebase/auth'
import { connectDatabaseEmulator, getDatabase } from 'firebase/database'
import { startApp, type Credential } from '../../../scripts/demo/app.ts'
import { running } from '../harness/running.ts'

// Runs a block of a page: `node --import tsx runBlock.ts <file>`. What the pages take as given
// (test/docs/harness/given.ts) is there as global variables, on the emulators of the run.

const [, , file] = process.argv
const { projectId, namespace, apiBaseUrl, authEmulatorHost, databaseEmulatorHost } = running()
const app = initializeApp({
  projectId,
  apiKey: 'demo',
  databaseURL: `https://${namespace}.firebaseio.com`,
})
connectAuthEmulator(getAuth(app), `http://${authEmulatorHost}`, { disableWarnings: true })
const [host = '', port] = databaseEmulatorHost.split(':')
connectDatabaseEmulator(getDatabase(app), host, Number(port))

Object.assign(globalThis, {
  app,
  baseUrl: apiBaseUrl,
  running: running(),
  phone: '+4915112345678',
  password: 'correct horse battery',
  credential: await registeredCredential(),
})
await import(pathToFileURL(file!).href)
await signOut(getAuth(app))
await deleteApp(app)

/** A credential as an app of another language has it: read by hand. */
async function registeredCredential(): Promise<Credential> {
  const phone = await startApp(running())
  await phone.register()
  const { code } = (await phone.read(`${phone.slotPath}/otp`)) as { code: string }
  await phone.register(code)
  const credential = (await phone.read(`${phone.slotPath}/credential`)) as Credential
  await phone.close()
  return credential
}
