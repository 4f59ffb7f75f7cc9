/** Scrolls to where a section starts, if that is out of sight. */
export function showStart(section: HTMLElement): void {
  const { top } = section.getBoundingClientRect()
  if (top < 0 || top > innerHeight / 2) section.scrollIntoView()
}
