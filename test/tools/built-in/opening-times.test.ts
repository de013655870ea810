import { describe, expect, it } from 'vitest';
import { type OpeningHours, opennessAt, wallTime } from '../../../src/tools/built-in/opening-times.ts';

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
const at = (date: string, time: string) => {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const { weekday } = wallTime(Date.parse(`${date}T12:00:00Z`), 'UTC');
  const { isOpen, until } = opennessAt({ date, weekday, minutes: hour * 60 + minute }, hours);
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
