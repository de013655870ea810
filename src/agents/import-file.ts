/** Reads a user's file as a module; in a file of its own so that Node itself can be asked for it. */
export async function importFile(address: string): Promise<unknown> {
  const module: unknown = await import(address);
  return typeof module === 'object' && module !== null ? Reflect.get(module, 'default') : undefined;
}
