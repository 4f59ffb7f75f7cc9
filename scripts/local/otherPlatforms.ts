interface LockedPackage {
  version?: string
  dev?: boolean
  optional?: boolean
  os?: string[]
  cpu?: string[]
  optionalDependencies?: Record<string, string>
}

export interface Lockfile {
  packages: Record<string, LockedPackage>
}

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'sunos', 'win32']
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64']

/**
 * The entries that a lockfile lacks: optional packages of one exact version whose name says for which platform
 * they are. Without an integrity, because whoever made the lockfile could not see them.
 */
export function otherPlatforms({ packages }: Lockfile): Record<string, LockedPackage> {
  const added: Record<string, LockedPackage> = {}
  for (const [path, { dev, optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const os = systems.find((each) => name.includes(`-${each}-`))
      const cpu = processors.find((each) => name.includes(`-${each}`))
      if (os && cpu && /^\d/.test(version) && !isLocked(packages, path, name)) {
        added[`node_modules/${name}`] = {
          version,
          cpu: [cpu],
          ...(dev && { dev }),
          optional: true,
          os: [os],
        }
      }
    }
  }
  return added
}

/** Looks where Node would: beside the package that asks, then further and further up. */
function isLocked(packages: Lockfile['packages'], path: string, name: string): boolean {
  const folders = path.split('/node_modules/')
  const places = folders.map((_, i) => folders.slice(0, i + 1).join('/node_modules/'))
  return [`node_modules/${name}`, ...places.map((place) => `${place}/node_modules/${name}`)].some(
    (place) => place in packages,
  )
}
