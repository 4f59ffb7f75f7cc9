import { readFileSync } from 'node:fs'
import { inCheckout } from '../local/checkout.ts'
import { documentPage } from '../openapi/documentPage.ts'
import type { OpenApiDocument } from '../openapi/makeDocument.ts'

/** What the page is made from; a link to it in the documentation leads to the page. */
export const DOCUMENT_FILE = 'functions/src/openapi.json'
export const API_PAGE = 'api.html'

/** The OpenAPI document for people. From the file that the service answers with, so that both say the same. */
export function apiPage(): ReadonlyMap<string, string> {
  const document = JSON.parse(readFileSync(inCheckout(DOCUMENT_FILE), 'utf8')) as OpenApiDocument
  return new Map([[API_PAGE, documentPage(document)]])
}
