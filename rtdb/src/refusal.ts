/** A request that is answered with an error: the code decides status and public text, `detail` replaces the text. */
export class Refusal extends Error {
  readonly code: RefusalCode
  /** The `s` of a WebSocket answer. */
  readonly status: string
  /** The status of a REST answer. */
  readonly httpStatus: number

  constructor(code: RefusalCode, detail?: string) {
    const [status, httpStatus, text] = refusals[code]
    super(detail ?? text)
    this.name = 'Refusal'
    this.code = code
    this.status = status
    this.httpStatus = httpStatus
  }
}

export type RefusalCode = keyof typeof refusals

/** Code: WebSocket status, HTTP status, public text. The SDKs show the status in upper case. */
const refusals = {
  permission_denied: ['permission_denied', 401, 'Permission denied'],
  invalid_token: ['invalid_token', 401, 'Could not parse auth token.'],
  invalid_data: ['failure', 400, "Invalid data; couldn't parse JSON object, array, or value."],
  invalid_path: ['failure', 400, 'Invalid path.'],
  invalid_query: ['failure', 400, 'Invalid query.'],
  no_index: ['failure', 400, 'Index not defined.'],
  stale: ['datastale', 412, 'Transaction hash does not match'],
  // The SDK knows this status and words the error itself.
  read_too_big: [
    'too_big',
    400,
    'Data requested exceeds the maximum size that can be accessed with a single request.',
  ],
  write_too_big: [
    'write_too_big',
    400,
    'Data to write exceeds the maximum size that can be modified with a single request.',
  ],
  unknown_action: ['failure', 400, 'Unknown action.'],
  not_json_path: ['failure', 404, 'append .json to your request URI to use the REST API.'],
  unknown_setting: ['failure', 404, 'This server has no such setting.'],
  method_not_allowed: ['failure', 405, 'Method not allowed'],
  foreign_host: ['failure', 403, 'This host name or origin may not use this database.'],
  internal: ['internal_error', 500, 'Internal error'],
} as const satisfies Record<string, readonly [string, number, string]>
