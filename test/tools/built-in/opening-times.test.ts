import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  type OpeningHours,
  opennessAt,
  WEEKDAYS,
  wallTime,
} from '../../../src/tools/built-in/opening-times.ts';

const hours: OpeningHours = {
  timeZone: 'Europe/London',
  week: {
    monday: ['09:00-12:30', '13:30-18:00'],
    tuesday: ['09:00-18:00'],
    friday: ['20:00-24:00'],
    saturday: ['00:00-02:00', '22:00-02:00'],
  },
  exceptions: { '2026-12-28': [], '2026-12-29': ['10:00-11:00'] },
};
const momentAt = (date: string, minutes: number) => {
  const { weekday } = wallTime(Date.parse(`${date}T12:00:00Z`), 'UTC');
  return { date, weekday, minutes };
};
const at = (date: string, time: string, these = hours) => {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const { isOpen, until } = opennessAt(momentAt(date, hour * 60 + minute), these);
  return `${isOpen ? 'open' : 'closed'} until ${until ? `${until.weekday} ${until.date} ${until.time}` : 'nobody knows'}`;
};

describe('whether a business is open', () => {
  it.each([
    ['before it opens', '2026-11-23', '08:59', 'closed until monday 2026-11-23 09:00'],
    ['from the first minute', '2026-11-23', '09:00', 'open until monday 2026-11-23 12:30'],
    ['not in the break', '2026-11-23', '12:30', 'closed until monday 2026-11-23 13:30'],
    ['not from the last minute on', '2026-11-24', '18:00', 'closed until friday 2026-11-27 20:00'],
    ['over midnight, in one go', '2026-11-27', '23:00', 'open until saturday 2026-11-28 02:00'],
    ['after midnight, from the day before', '2026-11-29', '01:00', 'open until sunday 2026-11-29 02:00'],
    ['not on a holiday', '2026-12-28', '10:00', 'closed until tuesday 2026-12-29 10:00'],
    ['on a day that differs', '2026-12-29', '10:30', 'open until tuesday 2026-12-29 11:00'],
  ])('%s', (_what, date, time, expected) => {
    expect(at(date, time)).toBe(expected);
  });

  it('all day and all night, where a time ends as it begins', () => {
    const always = { timeZone: 'UTC', week: { monday: ['08:00-08:00'] } };

    expect(at('2026-11-24', '07:59', always)).toBe('open until tuesday 2026-11-24 08:00');
  });

  it('whatever the order in which the times of a day are written', () => {
    const { week } = { week: { monday: ['13:30-18:00', '09:00-12:30'] } };

    expect(at('2026-11-23', '08:00', { timeZone: 'UTC', week })).toBe('closed until monday 2026-11-23 09:00');
  });

  it('after holidays of two weeks', () => {
    const days = Array.from({ length: 13 }, (_, n) => [addDays('2026-12-22', n), []] as const);
    const week = Object.fromEntries(WEEKDAYS.map((day) => [day, ['09:00-17:00']]));
    const holidays = { timeZone: 'UTC', week, exceptions: Object.fromEntries(days) };

    expect(at('2026-12-22', '09:00', holidays)).toBe('closed until monday 2027-01-04 09:00');
  });

  it('says when that changes: not a minute before, and then it has', () => {
    const minute = fc.integer({ min: 0, max: 1_439 });
    const two = (number: number) => String(number).padStart(2, '0');
    const timeOf = (minutes: number) => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
    const span = fc.tuple(minute, minute).map(([from, to]) => `${timeOf(from)}-${timeOf(to)}`);
    const spans = fc.array(span, { maxLength: 3 });
    const week = fc.record(Object.fromEntries(WEEKDAYS.map((day) => [day, spans])));
    fc.assert(
      fc.property(week, minute, (theirs, now) => {
        const these = { timeZone: 'UTC', week: theirs };
        const { isOpen, until } = opennessAt(momentAt('2026-11-23', now), these);
        if (until === null || until.date > '2026-12-05') return; // as good as never
        const [hour = 0, minutes = 0] = until.time.split(':').map(Number);
        const then = hour * 60 + minutes;
        const before = then > 0 ? momentAt(until.date, then - 1) : momentAt(addDays(until.date, -1), 1_439);

        expect(opennessAt(momentAt(until.date, then), these).isOpen).toBe(!isOpen);
        expect(opennessAt(before, these).isOpen).toBe(isOpen);
      }),
    );
  });

  it('never, if no hours are given', () => {
    const never = opennessAt(
      { date: '2026-11-23', weekday: 'monday', minutes: 600 },
      { timeZone: 'UTC', week: {} },
    );

    expect(never).toEqual({ isOpen: false, until: null });
  });

  it('by the clock on its own wall, summer and winter', () => {
    expect(wallTime(Date.UTC(2026, 6, 1, 23, 30), 'Europe/London')).toEqual({
      date: '2026-07-02',
      weekday: 'thursday',
      minutes: 30,
    });
    expect(wallTime(Date.UTC(2026, 11, 1, 23, 30), 'Europe/London').minutes).toBe(23 * 60 + 30);
  });
});
