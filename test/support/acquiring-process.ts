/** A process that wants some calls at the same moment as others do, and says which it got. */
import { HeldStore } from '../../src/journal/held-store.ts';
import type { StoreSettings } from '../../src/journal/messages.ts';
import { StoreTrouble } from '../../src/stores/shared/trouble.ts';

interface Wanted {
  readonly owner: string;
  readonly directory: string;
  readonly store: StoreSettings;
  readonly callIds: readonly string[];
}

const { owner, directory, store, callIds }: Wanted = JSON.parse(process.argv[2] ?? '');
const held = new HeldStore({ role: 'writer', owner, directory, store, deliversWebhooks: false }, () => {});
await held.use((log) => log.list({})); // it is open
process.stdout.write('ready\n');
process.stdin.once('data', async () => {
  const got: string[] = [];
  for (const callId of callIds) if (await acquired(callId)) got.push(callId);
  process.stdout.write(`${JSON.stringify(got)}\n`);
  await held.close();
  process.exit();
});

async function acquired(callId: string): Promise<boolean> {
  for (;;) {
    try {
      return (await held.use((log) => log.acquire({ callId, epoch: 0 }, []))) !== null;
    } catch (error) {
      if (!(error instanceof StoreTrouble && error.reason === 'store_locked')) throw error;
    }
  }
}
