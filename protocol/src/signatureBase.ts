/** A covered component's identifier (without its quotes) and its value. */
export type ComponentValue = readonly [name: string, value: string]

/**
 * RFC 9421 section 2.5: the text that is signed and verified. Both ends build it here.
 * @param signatureParams the serialised inner list with its parameters, as in `Signature-Input`
 */
export function signatureBase(
  components: readonly ComponentValue[],
  signatureParams: string,
): string {
  const lines: string[] = []
  for (const [name, value] of components) lines.push(`"${name}": ${value}`)
  lines.push(`"@signature-params": ${signatureParams}`)
  return lines.join('\n')
}
