/** One call: its sound, its words that move with it, and what its reader makes of it. */

import { showEvents } from './call-events.js';
import { openPlayer } from './call-player.js';
import { takeNotes } from './call-review.js';
import { followTranscript } from './call-transcript.js';
import { find } from './dom.js';

const callId = find('article.call', HTMLElement)?.dataset['call'] ?? '';
const player = find('#player', HTMLElement) ? openPlayer(callId) : null;
followTranscript(player);
takeNotes(callId, player);
showEvents(callId);

find('#permalink', HTMLAnchorElement)?.addEventListener('click', (event) => {
  if (!navigator.clipboard || !(event.currentTarget instanceof HTMLAnchorElement)) return;
  const link = event.currentTarget;
  event.preventDefault();
  navigator.clipboard.writeText(link.href).then(
    () => (link.textContent = 'link copied'),
    () => (link.textContent = link.href),
  );
});
