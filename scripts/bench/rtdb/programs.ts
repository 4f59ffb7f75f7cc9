/** The programs of this bench by their name. */
export const PROGRAMS = {
  server: 'rtdb/programs/server.ts',
  bareServer: 'rtdb/programs/bareServer.ts',
  writer: 'rtdb/programs/writer.ts',
  inProcess: 'rtdb/programs/inProcess.ts',
  tree: 'rtdb/programs/tree.ts',
} as const
