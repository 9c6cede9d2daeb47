// JSON-RPC 2.0 with one other window, over postMessage.

/**
 * @typedef {object} Waiting
 * @property {(value: any) => void} resolve
 * @property {(reason: Error) => void} reject
 */

/** An answer that says no. */
export class RpcError extends Error {
  /**
   * @param {number} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

export class Peer {
  #target;
  #next = 1;
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();

  /**
   * @param {Window} target
   * @param {(method: string, params: any) => void} onNotification
   * @param {(method: string, params: any) => unknown} onRequest gives the result; undefined for a method it does not know
   */
  constructor(target, onNotification, onRequest) {
    this.#target = target;
    window.addEventListener('message', (event) => {
      // Other windows may post too; only the host is listened to.
      if (event.source !== target || event.data?.jsonrpc !== '2.0') return;
      const { id, method, params, result, error } = event.data;
      if (typeof method === 'string' && id === undefined) onNotification(method, params ?? {});
      else if (typeof method === 'string') this.#respond(id, onRequest(method, params ?? {}));
      else this.#resolve(id, result, error);
    });
  }

  /**
   * @param {string} method
   * @param {object} params
   * @param {AbortSignal} [signal] tells the host when the answer is no longer wanted
   * @returns {Promise<any>}
   */
  request(method, params, signal) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      this.#waiting.set(id, { resolve, reject });
      signal?.addEventListener('abort', () => {
        if (!this.#waiting.delete(id)) return;
        this.notify('notifications/cancelled', { requestId: id });
        reject(signal.reason);
      });
      this.#post({ id, method, params });
    });
  }

  /**
   * @param {string} method
   * @param {object} params
   */
  notify(method, params) {
    this.#post({ method, params });
  }

  /** @param {object} message */
  #post(message) {
    // The host's origin cannot be known here; the frame's parent is the host.
    this.#target.postMessage({ jsonrpc: '2.0', ...message }, '*');
  }

  /**
   * @param {unknown} id
   * @param {unknown} result
   */
  #respond(id, result) {
    this.#post(result === undefined ? { id, error: { code: -32601, message: 'Method not found' } } : { id, result });
  }

  /**
   * @param {number} id
   * @param {unknown} result
   * @param {{ code: number, message: string } | undefined} error
   */
  #resolve(id, result, error) {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    if (error) waiting.reject(new RpcError(error.code, String(error.message)));
    else waiting.resolve(result);
  }
}
