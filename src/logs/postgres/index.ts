import type { KeptStore } from '../keeping/kept-store.ts';
export declare function openPostgresStore(o: {
  url: string;
  schema?: string;
  keeper: string;
  connections: number;
}): Promise<KeptStore>;
