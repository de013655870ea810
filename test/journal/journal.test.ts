import { describeJournal } from '../contracts/journal.ts';
import { storesAtHand } from '../support/stores-at-hand.ts';

for (const [name, aPlace] of await storesAtHand()) describeJournal(name, aPlace);
