import { describe, expect, it } from 'vitest';
import { spokenChoice, spokenDay, spokenMoment } from '../../../src/examples/front-desk/clinic/answers.ts';
import {
  hoursOn,
  isHoliday,
  isOpenAt,
  readTestTime,
  stamp,
  testTimes,
  wallTime,
} from '../../../src/examples/front-desk/clinic/calendar.ts';

const day = (text: string) => Temporal.PlainDate.from(text);
const moment = (text: string) => Temporal.PlainDateTime.from(text);

describe("the shop's calendar", () => {
  it.each([
    ['2026-11-23', '09:00:00–18:00:00'],
    ['2026-11-28', '10:00:00–16:00:00'],
    ['2026-11-29', 'closed'],
    ['2026-12-25', 'closed'],
  ])('knows the hours of %s', (text, hours) => {
    const found = hoursOn(day(text));

    expect(found === null ? 'closed' : `${found.opens}–${found.closes}`).toBe(hours);
  });

  it('opens on the minute and closes on the minute', () => {
    const times = ['08:59', '09:00', '17:59', '18:00'];

    expect(times.map((time) => isOpenAt(moment(`2026-11-23T${time}`)))).toEqual([false, true, true, false]);
  });

  it('tests eyes every half an hour, the last time 45 minutes before closing', () => {
    const weekday = testTimes(day('2026-11-23')).map(stamp);
    const saturday = testTimes(day('2026-11-28')).map(stamp);

    expect([weekday[0], weekday[1], weekday.at(-1)]).toEqual([
      '2026-11-23T09:00',
      '2026-11-23T09:30',
      '2026-11-23T17:00',
    ]);
    expect([saturday[0], saturday.at(-1)]).toEqual(['2026-11-28T10:00', '2026-11-28T15:00']);
    expect(testTimes(day('2026-11-29'))).toEqual([]);
  });

  it.each(['2026-11-23T09:15', '2026-11-29T10:00', '2026-11-23T18:00', 'tomorrow', '', '2026-13-01T09:00'])(
    'takes "%s" for no time of a test',
    (text) => {
      expect(readTestTime(text)).toBeNull();
    },
  );

  it.each([
    ['2026-04-03', true],
    ['2026-04-06', true],
    ['2026-04-07', false],
    ['2027-03-26', true],
    ['2027-03-29', true],
    ['2038-04-26', true], // the latest Easter there can be
    ['2026-05-04', true],
    ['2026-05-25', true],
    ['2026-08-31', true],
    ['2026-08-24', false],
  ])('knows whether %s is a public holiday', (text, isOne) => {
    expect(isHoliday(day(text))).toBe(isOne);
  });

  it("reads the clock on the shop's own wall, summer and winter", () => {
    expect(stamp(wallTime(Date.UTC(2026, 6, 1, 11, 30)))).toBe('2026-07-01T12:30');
    expect(stamp(wallTime(Date.UTC(2026, 11, 1, 11, 30)))).toBe('2026-12-01T11:30');
  });
});

describe('what the desk says of days and times', () => {
  it.each([
    ['2026-11-23T09:00', "Monday the twenty-third of November at nine o'clock in the morning"],
    ['2026-11-30T12:30', 'Monday the thirtieth of November at twelve thirty in the afternoon'],
    ['2026-12-31T17:05', 'Thursday the thirty-first of December at five o five in the afternoon'],
    ['2026-12-20T10:15', 'Sunday the twentieth of December at ten fifteen in the morning'],
  ])('is %s in words', (text, words) => {
    expect(spokenMoment(moment(text))).toBe(words);
  });

  it('has no figures in it, on any day of the year', () => {
    for (let at = day('2026-01-01'); at.year === 2026; at = at.add({ days: 1 })) {
      expect(spokenDay(at)).toMatch(/^[A-Z][a-z]+day the [a-z-]+ of [A-Z][a-z]+$/);
    }
  });

  it('offers things to choose from', () => {
    expect([spokenChoice([]), spokenChoice(['a']), spokenChoice(['a', 'b', 'c'])]).toEqual([
      '',
      'a',
      'a, b, or c',
    ]);
  });
});
