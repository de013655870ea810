/** The numbers, drawn. */
import uPlot from '/assets/vendor/uplot.js';
import { colour, make, need } from './dom.js';

/** @typedef {{ day: string, calls: number, durationMs: number, latencyP50Ms: number | null, latencyP95Ms: number | null, cost: number, toolFailures: number }} Day */

const sheet = make('link', { rel: 'stylesheet', href: '/assets/vendor/uplot.css' });
document.head.append(sheet);
const HEIGHT = 180;
const WHOLE_STEPS = [1, 10, 100, 1_000, 10_000, 100_000].flatMap((ten) => [ten, 2 * ten, 5 * ten]);
const box = need('#charts', HTMLElement);
const response = await fetch(box.dataset['figures'] ?? '/api/figures');
/** @type {{ days: Day[] }} */
const { days } = response.ok ? await response.json() : { days: [] };
const times = days.map(({ day }) => Date.parse(`${day}T00:00:00Z`) / 1000);
const one = (/** @type {(day: Day) => number | null} */ of) => [of];

/** @type {{ title: string, of: ((day: Day) => number | null)[], names: string[], unit?: string, before?: string, isCount?: boolean, isBars?: boolean }[]} */
const charts = [
  { title: 'Calls per day', names: ['calls'], of: one((day) => day.calls), isCount: true, isBars: true },
  {
    title: 'Average length',
    names: ['seconds'],
    of: one((day) => day.durationMs / Math.max(1, day.calls) / 1000),
    unit: ' s',
  },
  {
    title: 'Latency',
    of: [(day) => day.latencyP50Ms, (day) => day.latencyP95Ms],
    names: ['p50', 'p95'],
    unit: ' ms',
  },
  { title: 'Cost per day', names: ['dollars'], of: one((day) => day.cost), before: '$', isBars: true },
  {
    title: 'Tool errors per day',
    names: ['errors'],
    of: one((day) => day.toolFailures),
    isCount: true,
    isBars: true,
  },
];

/** @type {{ plot: uPlot, holder: HTMLElement }[]} */
let drawn = [];
draw();
new ResizeObserver(() => {
  for (const { plot, holder } of drawn) plot.setSize({ width: holder.clientWidth, height: HEIGHT });
}).observe(box);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);

function draw() {
  for (const { plot } of drawn) plot.destroy();
  box.replaceChildren();
  drawn = charts.map((chart) => {
    const holder = make('div', { class: 'chart' });
    box.append(make('section', { class: 'card' }, make('h2', {}, chart.title), holder));
    return { holder, plot: plotOf(chart, holder) };
  });
}

/** @param {typeof charts[number]} chart @param {HTMLElement} holder */
function plotOf({ of, names, unit = '', before = '', isCount, isBars }, holder) {
  const colours = [colour('--accent'), colour('--caller')];
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const bars = uPlot.paths.bars?.({ size: [0.6, 24], radius: 0.2 });
  return new uPlot(
    {
      width: holder.clientWidth,
      height: HEIGHT,
      legend: { live: true },
      cursor: { y: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      scales: {
        y: { range: (_plot, _least, most) => [0, Math.max(most ?? 0, isCount ? 1 : 0.001) * 1.1] },
        x: { range: (_plot, from, until) => [from - 43_200, until + 43_200] },
      },
      axes: [
        {
          ...axis,
          space: 70,
          size: 30,
          values: (_plot, splits) =>
            splits.map((split) =>
              new Date(split * 1000).toLocaleDateString(undefined, {
                month: 'short',
                day: 'numeric',
                timeZone: 'UTC',
              }),
            ),
          incrs: [1, 2, 7, 14, 28, 91].map((count) => count * 86_400),
        },
        {
          ...axis,
          size: 62,
          values: (_plot, splits) => splits.map((split) => `${before}${Number(split.toFixed(3))}${unit}`),
          ...(isCount && { incrs: WHOLE_STEPS }),
        },
      ],
      series: [
        {
          label: 'Day',
          value: (_plot, seconds) =>
            seconds === null ? '–' : new Date(seconds * 1000).toISOString().slice(0, 10),
        },
        ...of.map((_, index) => ({
          label: names[index] ?? '',
          stroke: colours[index] ?? '',
          width: 2,
          ...(isBars
            ? { fill: colours[index] ?? '', points: { show: false }, ...(bars && { paths: bars }) }
            : { points: { show: true, size: 6 } }),
        })),
      ],
    },
    [times, ...of.map((figure) => days.map(figure))],
    holder,
  );
}
