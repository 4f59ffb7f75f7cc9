/**
 * The list itself, once each of its cases has been judged by the reference code as the list says: a vector
 * that does not show what its title claims is never written.
 * @throws Error that names the case
 */
export function judged<Case extends { readonly title: string }>(
  cases: readonly Case[],
  isAsClaimed: (it: Case) => boolean,
): readonly Case[] {
  const wrong = cases.find((it) => !isAsClaimed(it))
  if (wrong !== undefined) throw new Error(`the reference code disagrees: ${wrong.title}`)
  return cases
}
