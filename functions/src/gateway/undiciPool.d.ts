/** `undici` as a whole is as large as half of our bundle, with its fetch, WebSocket and mocks; every cold start would read it. */
declare module 'undici/lib/dispatcher/pool.js' {
  export { Pool as default } from 'undici'
}
