import { listenBehindMessageSignatures } from './messageSignatures.ts'

listenBehindMessageSignatures([], () => true)
