/**
 * Thrown when Telegram requires a request to be sent to another data centre (303 PHONE_MIGRATE_X,
 * NETWORK_MIGRATE_X, USER_MIGRATE_X).
 */
export class MoveRequired extends Error {
  constructor(readonly dataCentreId: number) {
    super(`Telegram requires data centre ${dataCentreId}`);
  }
}

/**
 * The session has moved to another data centre and must be stored before the sign-in is sent again.
 */
export interface Moved {
  readonly kind: 'moved';
}

/** A client that can create a new key at another data centre. */
interface MovableClient {
  moveTo(dataCentreId: number): Promise<void>;
}

/** How often one request may be moved to another data centre. */
export const maxMoves = 2;

/**
 * Sends a request that cannot log the session in, and sends it again at each data centre that
 * Telegram requires.
 */
export async function followMoves<T>(client: MovableClient, request: () => Promise<T>): Promise<T> {
  for (let moves = 0; ; moves += 1) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof MoveRequired) || moves === maxMoves) throw error;
      await client.moveTo(error.dataCentreId);
    }
  }
}

/**
 * Sends a request that may log the session in. If Telegram requires another data centre, moves
 * there without sending it again.
 */
export async function orMoved<T>(client: MovableClient, request: () => Promise<T>): Promise<T | Moved> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof MoveRequired)) throw error;
    await client.moveTo(error.dataCentreId);
    return { kind: 'moved' };
  }
}
