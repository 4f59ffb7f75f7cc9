/** Gives the runtime another part, as a browser has it; answers what takes it away again. */
export function withGlobal(name: 'navigator' | 'indexedDB', value: unknown): () => void {
  const own = Object.getOwnPropertyDescriptor(globalThis, name)
  Object.defineProperty(globalThis, name, { value, configurable: true })
  return () => {
    if (own) Object.defineProperty(globalThis, name, own)
    else Reflect.deleteProperty(globalThis, name)
  }
}
