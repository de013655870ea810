import type { z } from 'zod';
import type { Tool } from '../define-tool.ts';

/** A tool without code: one request to an address, and what to tell the model of the answer. */
export interface HttpTool extends Omit<Tool, 'run'> {
  readonly parameters: z.ZodObject;
  /** Default: `GET`. */
  readonly method?: HttpMethod;
  /** `https://api.example.com/orders/{orderNumber}`; a name in braces is a field of the parameters. */
  readonly address: string;
  /** The hosts it may reach, written out: `['api.example.com']`. Private addresses are never reached. */
  readonly hosts: readonly string[];
  /** `{ authorization: 'Bearer {CRM_TOKEN}' }`; a name in braces is a variable of the environment. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Which part of a JSON answer the model is told: `order.status`, `items.0.name`. Default: all of it. */
  readonly pick?: string;
}

export type HttpMethod = (typeof HTTP_METHODS)[number];
export const HTTP_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** The names in braces. */
export function namesIn(template: string): readonly string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => name ?? []);
}

/** The variables of the environment that a tool's headers need. */
export function variablesOf({ headers = {} }: HttpTool): readonly string[] {
  return Object.values(headers).flatMap(namesIn);
}
