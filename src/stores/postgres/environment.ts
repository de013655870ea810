/** What pg takes of the environment where an address leaves something out, as Postgres' own programs do. */
export function postgresEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const taken: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment))
    if (value && (name.startsWith('PG') || name === 'USER' || name === 'HOME')) taken[name] = value;
  return taken;
}
