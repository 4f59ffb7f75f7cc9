/** The programs of this bench by their name. */
export const PROGRAMS = {
  /** A database full of installs. */
  population: 'lifecycle/programs/population.ts',
  sweeper: 'lifecycle/programs/sweeper.ts',
  /** A database with the installs of the visitor, and a stand-in for Auth. */
  backends: 'servers/backends.ts',
  service: 'servers/latchkey.ts',
  visitor: 'accounts/programs/visitor.ts',
  registrations: 'lifecycle/programs/registrations.ts',
} as const
