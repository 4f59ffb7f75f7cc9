import { z } from 'zod'

// For the OpenAPI document and the tests; the service imports the types alone.

/** The same whether there is an account or not. */
export const ACCEPTED = z.strictObject({ status: z.literal('accepted') }).meta({
  id: 'Accepted',
  description: 'What was asked for is done if it could be; the answer does not tell whether.',
})

export const SIGN_IN = z
  .strictObject({
    customToken: z.string().meta({
      description:
        'A Firebase custom token. `signInWithCustomToken` makes a session of it, which is ' +
        "Firebase Auth's from then on.",
    }),
  })
  .meta({ id: 'SignIn', description: 'What the app signs in to Firebase Auth with.' })

export const CHANGED = z.strictObject({ status: z.literal('changed') }).meta({
  id: 'Changed',
  description: 'The new password counts, and all sessions of the account have ended.',
})

export type Accepted = z.infer<typeof ACCEPTED>
export type Changed = z.infer<typeof CHANGED>
