import type { Response } from 'express';
import { nonceOf } from '../routing/safeguards.ts';
import { type Role, STRANGER, type Visitor } from '../sign-in/visitor.ts';
import { html, type Piece, type SafeHtml } from './html.ts';

export interface Page {
  readonly title: string;
  readonly here: Place | null;
  /** The page's own module; none: it works without. */
  readonly script?: string;
  readonly body: SafeHtml;
}

export type Place = (typeof PLACES)[number]['path'];

const PLACES = [
  { path: '/', name: 'Calls' },
  { path: '/live', name: 'Live' },
  { path: '/numbers', name: 'Numbers' },
  { path: '/phone', name: 'Phone' },
] as const;

/** All of them on every page: browsers keep them, and ask only whether they have changed. */
const STYLES = ['frame', 'controls', 'calls', 'transcript', 'player', 'call', 'numbers', 'live'] as const;

/** For whom a page is: what it shows besides what it is about. Plain data, for pages are made in another thread. */
export interface PageVisit {
  readonly visitor: Visitor;
  /** The word that only this answer knows. */
  readonly nonce: string;
  /** Why calls may be missing. */
  readonly warnings: readonly string[];
}

export function visitOf(response: Response): PageVisit {
  const { visitor = STRANGER, warnings = [] } = response.locals;
  return { visitor, nonce: nonceOf(response), warnings };
}

/** The whole of a page, as it is sent. */
export function layout({ visitor, nonce, warnings }: PageVisit, page: Page): string {
  const { role } = visitor;
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<title>${page.title} · Ringdown</title>
${STYLES.map((name) => html`<link rel="stylesheet" href="/assets/${name}.css">`)}
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
${page.script !== undefined && html`<script type="module" src="/assets/${page.script}"></script>`}
<script type="module" src="/assets/everywhere.js"></script>
</head>
<body data-nonce="${nonce}" data-role="${role}">
<a class="skip" href="#main">To the content</a>
<header class="top">
  <a class="brand" href="/"><img src="/assets/icon.svg" alt="" width="22" height="22">Ringdown</a>
  ${role !== null && navigation(page.here, role, visitor.by === 'cookie')}
</header>${
    role !== null &&
    warnings.map(
      (warning) => html`
<p class="warning" role="status">${warning}</p>`,
    )
  }
<main id="main" tabindex="-1">${page.body}</main>
</body>
</html>`;
  return String(document);
}

function navigation(here: Place | null, role: Role, canSignOut: boolean): Piece {
  return html`<nav aria-label="Pages">${PLACES.filter(
    ({ path }) => path !== '/phone' || role === 'operator',
  ).map(
    ({ path, name }) => html`<a href="${path}"${path === here && html` aria-current="page"`}>${name}</a>`,
  )}</nav>
  ${canSignOut && html`<form method="post" action="/sign-out" class="sign-out"><button class="quiet">Sign out</button></form>`}`;
}
