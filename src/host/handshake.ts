import { DockError } from '../contracts/errors.ts';
import { oldestProtocol, type ParsedParams, protocolVersion, type RequestResult } from '../contracts/rpc.ts';
import { isProof, makeNonce, type Nonces, proofOf } from '../core/proof.ts';
import type { Caller } from '../tools/toolContext.ts';
import type { ConnectionHost } from './connectionHost.ts';
import { notProved } from './refusals.ts';

interface Challenged {
  readonly client: ParsedParams<'challenge'>['client'];
  readonly nonces: Nonces;
}

/** How a client proves that it knows the key and the host finds out who it is. Once: who a connection belongs to does not change. */
export class Handshake {
  readonly #host: Pick<ConnectionHost, 'key' | 'identify'>;
  readonly #onFailed: () => void;
  #challenged: Challenged | undefined;
  #knowsKey = false;
  #caller: Caller | undefined;

  constructor(host: Pick<ConnectionHost, 'key' | 'identify'>, onFailed: () => void) {
    this.#host = host;
    this.#onFailed = onFailed;
  }

  /** True already while the host looks who the client is. */
  get knowsKey(): boolean {
    return this.#knowsKey;
  }

  /** Undefined until the client has proved itself. */
  get caller(): Caller | undefined {
    return this.#caller;
  }

  /** Throws `unauthorized` until the client has proved itself. */
  requireCaller(): Caller {
    if (this.#caller === undefined) throw notProved();
    return this.#caller;
  }

  challenge({ nonce, client }: ParsedParams<'challenge'>): RequestResult<'challenge'> {
    if (this.#knowsKey) throw new DockError('conflict', 'This connection has proved itself already.');
    const nonces = { client: nonce, host: makeNonce() };
    this.#challenged = { client, nonces };
    return {
      nonce: nonces.host,
      proof: proofOf(this.#host.key, 'host', nonces),
      protocol: protocolVersion,
      oldest: oldestProtocol,
    };
  }

  async prove({ proof, window }: ParsedParams<'prove'>): Promise<RequestResult<'prove'>> {
    const { client, nonces } = this.#takeChallenge();
    if (!isProof(proof, this.#host.key, 'client', nonces)) {
      this.#onFailed();
      throw new DockError('unauthorized', 'The client does not know the key of this host.', {
        hint: 'Read the endpoint again from .agentdock/state/host.json.',
      });
    }
    this.#knowsKey = true;
    const { pid, marks, thread } = client;
    try {
      this.#caller = await this.#host.identify({ pid, marks, thread, window }, nonces);
    } catch (error) {
      this.#knowsKey = false;
      this.#onFailed();
      throw error;
    }
    return this.#caller.kind === 'person'
      ? { caller: 'person' }
      : { caller: 'agent', reason: this.#caller.why };
  }

  /** A challenge is good for one proof. */
  #takeChallenge(): Challenged {
    const challenged = this.#challenged;
    this.#challenged = undefined;
    if (challenged === undefined) throw new DockError('unauthorized', 'Expected `challenge` before `prove`.');
    return challenged;
  }
}
