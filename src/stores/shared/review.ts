import { unreachable } from '../../errors.ts';
import type { CallCard, ReviewChange } from '../../ports/store.ts';
import type { DerivedCard } from '../../reading/card.ts';
import { countable } from '../../reading/cost.ts';

/** What the reader of a call has made of it. */
export type Review = Pick<CallCard, 'isReviewed' | 'tags' | 'notes'>;

export const NOT_REVIEWED: Review = { isReviewed: false, tags: [], notes: [] };

/** What a store has of a call, as it is read. Cards of earlier versions bear costs with the dust of their sums. */
export function cardFrom(derived: DerivedCard, review: Review): CallCard {
  const { cost } = derived;
  return { ...derived, cost: cost === null ? null : countable(cost), ...review };
}

/** The same change twice changes nothing the second time. */
export function reviewed(review: Review, change: ReviewChange): Review {
  const { tags, notes } = review;
  switch (change.type) {
    case 'reviewed':
      return { ...review, isReviewed: change.isReviewed };
    case 'tag':
      return tags.includes(change.tag)
        ? review
        : { ...review, tags: [...tags, change.tag].slice(0, MOST_TAGS) };
    case 'untag':
      return { ...review, tags: tags.filter((tag) => tag !== change.tag) };
    case 'note': {
      const others = notes.filter(({ noteId }) => noteId !== change.note.noteId);
      return { ...review, notes: [...others, change.note].slice(0, MOST_NOTES) };
    }
    case 'unnote':
      return { ...review, notes: notes.filter(({ noteId }) => noteId !== change.noteId) };
    default:
      return unreachable(change);
  }
}

const MOST_TAGS = 50;
const MOST_NOTES = 500;
