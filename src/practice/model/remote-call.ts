import type { Output } from './brain.ts';
import type { RemoteResult } from './remote-server.ts';
import type { RemoteCall } from './remote-tools.ts';
import { callItem } from './remote-tools.ts';
import { textPieces } from './speech-pieces.ts';
import type { Stage, Step } from './stage.ts';

type Call = Extract<Output, { type: 'call' }>;

/** Calls a remote tool within the answer; or asks, where the client wants to be asked first. */
export function remoteCall(
  stage: Stage,
  output: Call,
  serverLabel: string,
  outputIndex: number,
): Generator<Step> {
  const { remote, ids } = stage.context;
  const call = {
    id: ids.next('mcp'),
    server_label: serverLabel,
    name: output.name,
    arguments: output.arguments,
  };
  return remote.needsApproval(call) ? ask(stage, call, outputIndex) : run(stage, call, outputIndex);
}

function* run(stage: Stage, call: RemoteCall, outputIndex: number): Generator<Step> {
  const { context } = stage;
  const entry = stage.open(outputIndex, () => callItem({ ...call, arguments: '' }, null, null), call.id);
  let given = '';
  let result: RemoteResult = GIVEN_UP;
  try {
    given = yield* argue(stage, call, outputIndex);
    entry.item = callItem(call, null, null);
    yield context.remote.run(call, outputIndex).then((found) => {
      result = found;
    });
  } finally {
    entry.item = callItem({ ...call, arguments: given }, result, null);
    stage.close(entry, outputIndex);
  }
}

/** The call itself becomes an item when it has been approved. */
function* ask(stage: Stage, call: RemoteCall, outputIndex: number): Generator<Step> {
  const { id: _, ...wanted } = call;
  const entry = stage.open(
    outputIndex,
    (id) => ({ type: 'mcp_approval_request', id, ...wanted, arguments: '' }),
    stage.context.ids.next('mcpr'),
  );
  let given = '';
  try {
    given = yield* argue(stage, call, outputIndex);
  } finally {
    entry.item = { type: 'mcp_approval_request', id: entry.id, ...wanted, arguments: given };
    stage.close(entry, outputIndex);
  }
  stage.context.remote.wait(entry.id, call);
}

/** The arguments, piece by piece; what has been given of them is said in the end, all of it or not. */
function* argue(stage: Stage, call: RemoteCall, outputIndex: number): Generator<Step, string> {
  const { context } = stage;
  const ids = { response_id: stage.responseId, item_id: call.id, output_index: outputIndex };
  let given = '';
  try {
    for (const delta of textPieces(call.arguments, context.misbehave.floodChars)) {
      given += delta;
      context.send({ type: 'response.mcp_call_arguments.delta', ...ids, delta });
      yield context.habits.pieceMs;
    }
  } finally {
    context.send({ type: 'response.mcp_call_arguments.done', ...ids, arguments: given });
  }
  return given;
}

/** An answer that is interrupted does not wait for what it called. */
const GIVEN_UP: RemoteResult = {
  type: 'failed',
  error: { type: 'tool_execution_error', message: 'The response was cancelled.' },
};
