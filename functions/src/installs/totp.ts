import { generateSync, verifySync } from 'otplib'

/** RFC 6238 with the parameters that T4 rests on. */
export const TOTP = {
  /** 5 attempts at 10^8 codes, two of them right: a guesser succeeds in 1 of 10 million challenges. */
  digits: 8,
  /** RFC 6238 section 5.2. */
  stepSeconds: 30,
  /** The step it was made in and the next: so a code lives 30 to 60 s. */
  stepsBackMax: 1,
} as const

const options = (secret: Uint8Array, nowMs: number) => ({
  strategy: 'totp' as const,
  algorithm: 'sha256' as const,
  digits: TOTP.digits as 8,
  period: TOTP.stepSeconds,
  epoch: Math.floor(nowMs / 1000),
  secret,
})

/** The code of this moment's time step: 8 digits. */
export function totpCode(secret: Uint8Array, nowMs: number): string {
  return generateSync(options(secret, nowMs))
}

/** Unix milliseconds at which the code made now stops being accepted. */
export function totpExpiry(nowMs: number): number {
  const stepMs = TOTP.stepSeconds * 1000
  return (Math.floor(nowMs / stepMs) + 1 + TOTP.stepsBackMax) * stepMs
}

/** Compares in constant time (otplib) with the codes of the accepted steps. */
export function verifyTotp(secret: Uint8Array, code: string, nowMs: number): boolean {
  const toleranceSeconds = TOTP.stepSeconds * TOTP.stepsBackMax
  return verifySync({
    ...options(secret, nowMs),
    token: code,
    epochTolerance: [toleranceSeconds, 0],
  }).valid
}
