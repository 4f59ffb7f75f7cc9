import { html, inlineMarkdown, markdown, type Html } from './html.ts'
import type { OpenApiDocument } from './makeDocument.ts'
import { makeReader, type Field, type ReadOperation, type ReadResponse } from './readDocument.ts'

/** The document as a page of the Hosting site: no script, no style but the site's, nothing from elsewhere. */
export function documentPage(document: OpenApiDocument): string {
  const { info, tags, operationsOf, securitySchemes, fieldsOf } = makeReader(document)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>The API of Latchkey</title>
        <link rel="icon" href="icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="style.css" />
        <link rel="stylesheet" href="api.css" />
      </head>
      <body class="api">
        <main>
          <header>
            <h1><img src="icon.svg" alt="" width="40" height="40" />The API</h1>
            <p class="status">version ${info.version}</p>
          </header>
          <div class="lead">${markdown(info.description ?? '')}</div>
          <p>
            For machines: <a href="/api/openapi.json">OpenAPI 3.1</a>, which this page is made from.
          </p>
          <nav aria-label="Operations">
            ${tags.map(
              ({ name }) => html`
                <h2>${name}</h2>
                <ul>
                  ${operationsOf(name).map(contentsLine)}
                </ul>
              `,
            )}
          </nav>
          <section aria-labelledby="signing">
            <h2 id="signing">Signing a request</h2>
            <p>
              An operation that is marked <span class="mark">signed</span> asks for the first three
              of these headers, and for <code>Content-Digest</code> when there is a body.
            </p>
            <dl class="schemes">
              ${securitySchemes.map(
                ({ header, description, example: value }) => html`
                  <dt><code>${header}</code></dt>
                  <dd>
                    ${markdown(description)}
                    ${value !== undefined && html`<pre tabindex="0"><code>${value}</code></pre>`}
                  </dd>
                `,
              )}
            </dl>
          </section>
          ${tags.map(
            ({ name, description }) => html`
              <section aria-labelledby="${name}">
                <h2 id="${name}">${name}</h2>
                ${markdown(description ?? '')} ${operationsOf(name).map(article)}
              </section>
            `,
          )}
          <section aria-labelledby="problem">
            <h2 id="problem">A problem</h2>
            <p>
              Every error is an <code>application/problem+json</code> (RFC 9457) with these members.
              What each <code>code</code> means stands on the page of
              <a href="errors.html">error codes</a>.
            </p>
            ${fieldTable(fieldsOf('Problem'))}
          </section>
          <footer>
            <a href="./">Latchkey</a> · <a href="docs/index.html">Documentation</a> ·
            <a href="errors.html">Error codes</a>
          </footer>
        </main>
      </body>
    </html> `.text
}

const contentsLine = ({ id, method, path, summary }: ReadOperation): Html => html`
  <li>
    <a href="#${id}"><span class="method">${method}</span> <code>${path}</code></a>
    <span class="summary">${summary}</span>
  </li>
`

const article = (operation: ReadOperation): Html => html`
  <article id="${operation.id}" aria-labelledby="${operation.id}-title">
    <h3 id="${operation.id}-title">
      <span class="method">${operation.method}</span> <code>${operation.path}</code>
    </h3>
    <p class="what"><strong>${operation.summary}.</strong> ${marks(operation)}</p>
    ${markdown(operation.description)}
    ${
      operation.headers.length > 0 &&
      html`<h4>Headers of the request</h4>
        ${fieldTable(operation.headers)}`
    }
    ${
      operation.body &&
      html`<h4>Body</h4>
        ${fieldTable(operation.body.fields)} ${operation.body.examples.map(example)}`
    }
    <h4>Answers</h4>
    <dl class="answers">${operation.responses.map(answer)}</dl>
  </article>
`

const marks = ({ guard }: ReadOperation): Html => html`
  ${
    guard.kind === 'signed'
      ? html`<span class="mark">signed</span>`
      : html`<span class="mark open">open</span>`
  }
  ${guard.kind === 'limited' && html`<span class="mark open">limited by address</span>`}
  ${guard.nonce === 'durable' && html`<span class="mark">accepted once</span>`}
  ${guard.scope !== undefined && html`<span class="mark">scope ${guard.scope}</span>`}
`

const example = ({
  title,
  value,
}: {
  readonly title: string
  readonly value: unknown
}): Html => html`
  <figure>
    <figcaption>${title}</figcaption>
    <pre tabindex="0"><code>${JSON.stringify(value, null, 2)}</code></pre>
  </figure>
`

const answer = ({
  status,
  codes,
  description,
  headers,
  fields,
  example: value,
}: ReadResponse): Html => html`
  <dt class="${codes.length === 0 ? 'good' : 'bad'}">${status}</dt>
  <dd>
    ${
      codes.length === 0
        ? html`${markdown(description)} ${fieldTable(fields)}
          ${value !== undefined && example({ title: 'Example', value })}`
        : html`<ul>
            ${codes.map(
              ({ code, meaning }) =>
                html`<li>
                  <a href="errors.html#${code}"><code>${code}</code></a> ${meaning}
                </li>`,
            )}
          </ul>`
    }
    ${
      headers.length > 0 &&
      html`<p class="with">
        with ${headers.map((name, at) => [at > 0 && ', ', html`<code>${name}</code>`])}
      </p>`
    }
  </dd>
`

const fieldTable = (fields: readonly Field[]): Html | false =>
  fields.length > 0 &&
  table(
    ['Name', 'Form', 'Meaning'],
    fields.map(({ name, isRequired, form, description }) => [
      html`<code>${name}</code>${!isRequired && html` <span class="optional">optional</span>`}`,
      form,
      inlineMarkdown(description),
    ]),
  )

const table = (
  columns: readonly string[],
  rows: readonly (readonly (Html | string)[])[],
): Html => html`
  <table>
    <thead>
      <tr>
        ${columns.map((column) => html`<th scope="col">${column}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (cells) =>
          html`<tr>
            ${cells.map((cell) => html`<td>${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>
`
