/**
 * A button whose state a screen reader tells.
 * @param onChange told of each change
 */
export function bindSwitch(button: HTMLButtonElement, onChange: (isOn: boolean) => void): void {
  button.addEventListener('click', () => {
    const isOn = button.getAttribute('aria-pressed') !== 'true'
    button.setAttribute('aria-pressed', String(isOn))
    onChange(isOn)
  })
}
