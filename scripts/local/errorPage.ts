import { ERRORS } from '@latchkey/protocol'

/** The page that `type` of a problem points at: one row with an anchor for each error code. */
export function errorPage(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, { status, title, detail }]) => `          <tr id="${escape(code)}">
            <td><code>${escape(code)}</code></td>
            <td>${status}</td>
            <td><strong>${escape(title)}.</strong> ${escape(detail)}</td>
          </tr>`,
  )
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Error codes of Latchkey</title>
    <link rel="icon" href="icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="style.css" />
  </head>
  <body>
    <main>
      <header>
        <h1><img src="icon.svg" alt="" width="40" height="40" />Error codes</h1>
      </header>
      <p class="lead">
        Every error is an <code>application/problem+json</code> (RFC 9457) with one of these codes.
        Quote its <code>requestId</code> when you report one.
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Code</th>
            <th scope="col">Status</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
${rows.join('\n')}
        </tbody>
      </table>
      <footer><a href="./">Latchkey</a></footer>
    </main>
  </body>
</html>
`
}

const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
