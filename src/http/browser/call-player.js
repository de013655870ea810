/** The recording: two lanes to look at, with what happened on their time axis, and the means to find one's way. */
import WaveSurfer from '/assets/vendor/wavesurfer.js';
import { clockTime, colour, find, isTyping, need } from './dom.js';

/**
 * @typedef {object} Player
 * @property {(atMs: number) => void} seek to a moment of the call
 * @property {() => number} atMs where on the call the sound is
 * @property {(tell: (atMs: number) => void) => void} onTime
 * @property {() => void} play
 */

/** @typedef {{ durationMs: number, perSecond: number, caller: number[], agent: number[] }} Peaks */

/** @param {string} callId @returns {Player} */
export function openPlayer(callId) {
  const sound = need('#sound', HTMLAudioElement);
  /** @type {((atMs: number) => void)[]} */
  const tells = [];
  const atMs = () => sound.currentTime * 1000;
  /** @param {number} ms */
  const seek = (ms) => {
    sound.currentTime = Math.max(0, ms / 1000);
    tellAll();
  };
  const tellAll = () => {
    need('#time', HTMLOutputElement).textContent =
      `${clockTime(sound.currentTime * 1000)} / ${clockTime((sound.duration || 0) * 1000)}`;
    for (const tell of tells) tell(atMs());
  };
  const play = () => void (sound.paused ? sound.play().catch(() => {}) : sound.pause());

  loadPeaks(callId).then((loaded) => {
    if (!loaded) return;
    sound.removeAttribute('controls');
    draw(loaded, sound, seek);
    skipSilence(loaded, sound);
    tellAll();
  });

  const button = need('#play', HTMLButtonElement);
  button.addEventListener('click', play);
  for (const event of ['play', 'pause'])
    sound.addEventListener(event, () => {
      button.textContent = sound.paused ? '▶' : '❚❚';
      button.setAttribute('aria-label', sound.paused ? 'Play' : 'Pause');
    });
  sound.addEventListener('timeupdate', tellAll);
  sound.addEventListener('seeked', tellAll);
  sound.addEventListener('loadedmetadata', tellAll);
  const speed = need('#speed', HTMLSelectElement);
  speed.addEventListener('change', () => (sound.playbackRate = Number(speed.value)));
  addEventListener('keydown', (event) => {
    if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowLeft: -5_000, ArrowRight: 5_000 }[event.key];
    if (step === undefined || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    seek(atMs() + step);
  });
  return { seek, atMs, play, onTime: (tell) => void tells.push(tell) };
}

/** @param {string} callId @returns {Promise<Peaks | null>} */
async function loadPeaks(callId) {
  const response = await fetch(`/api/calls/${callId}/peaks`);
  return response.ok ? response.json() : null;
}

/** @param {Peaks} peaks @param {HTMLAudioElement} sound @param {(ms: number) => void} seek */
function draw(peaks, sound, seek) {
  const lane = (/** @type {string} */ who) => ({
    height: 52,
    waveColor: colour(`--${who}`),
    progressColor: colour(`--${who}-deep`),
  });
  const wave = WaveSurfer.create({
    container: '#wave',
    media: sound,
    peaks: [peaks.caller.map((loud) => loud / 100), peaks.agent.map((loud) => loud / 100)],
    duration: peaks.durationMs / 1000,
    splitChannels: [lane('caller'), lane('agent')],
    cursorColor: colour('--ink'),
    cursorWidth: 2,
    barWidth: 2,
    barGap: 1,
    barRadius: 2,
    normalize: true,
    dragToSeek: true,
    cspNonce: document.body.dataset['nonce'] ?? '',
  });
  const zoom = need('#zoom', HTMLInputElement);
  zoom.addEventListener('input', () => wave.zoom(Number(zoom.value)));

  const wrapper = wave.getWrapper();
  const spans = [...document.querySelectorAll('#transcript .line')].map((line) => ({
    element: line,
    part: `speech speech-${line.classList.contains('caller') ? 'caller' : 'agent'}`,
    title: '',
  }));
  const markers = [...document.querySelectorAll('#markers li')].map((item) => ({
    element: item,
    part: `marker marker-${item.getAttribute('data-kind')}`,
    title: item.textContent ?? '',
  }));
  for (const { element, part, title } of [...spans, ...markers]) {
    const fromMs = Number(element.getAttribute('data-at'));
    const untilMs = Number(element.getAttribute('data-until') || fromMs);
    const box = document.createElement('div');
    box.setAttribute('part', part);
    const share = (/** @type {number} */ ms) => (ms / peaks.durationMs) * 100;
    box.style.left = `${share(fromMs)}%`;
    box.style.width = untilMs > fromMs ? `${Math.max(0, share(untilMs) - share(fromMs))}%` : '';
    if (title !== '') {
      box.title = `${clockTime(fromMs)} ${title}`;
      box.addEventListener('click', (event) => {
        event.stopPropagation();
        seek(fromMs);
      });
    }
    wrapper.append(box);
  }
}

/** Leaps over stretches in which nobody says anything. @param {Peaks} peaks @param {HTMLAudioElement} sound */
function skipSilence(peaks, sound) {
  const quiet = (/** @type {number} */ at) =>
    (peaks.caller[at] ?? 0) < QUIET && (peaks.agent[at] ?? 0) < QUIET;
  sound.addEventListener('timeupdate', () => {
    if (!find('#skip', HTMLInputElement)?.checked || sound.paused) return;
    const from = Math.floor(sound.currentTime * peaks.perSecond);
    let until = from;
    while (until < peaks.caller.length && quiet(until)) until += 1;
    if ((until - from) / peaks.perSecond > LONG_SILENCE_S)
      sound.currentTime = until / peaks.perSecond - BREATH_S;
  });
}

/** Of a hundred: what lines hum with. */
const QUIET = 3;
const LONG_SILENCE_S = 0.8;
const BREATH_S = 0.2;
