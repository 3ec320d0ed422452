import { EntitySchema } from 'typeorm';
import { epochMs, primaryText, text } from '../columns.js';

/** A daemon. `connectionName` is the application_name of its connections. */
interface DaemonRow {
  id: string;
  connectionName: string;
  registeredAt: number;
  expiresAt: number;
}

const daemonSchema = new EntitySchema<DaemonRow>({
  name: 'daemons',
  tableName: 'daemons',
  columns: {
    id: primaryText('id', 'daemons_pkey'),
    connectionName: text('connection_name'),
    registeredAt: epochMs('registered_at'),
    expiresAt: epochMs('expires_at'),
  },
});

/** The daemon that has the connection of a login process or account. */
interface ConnectionLeaseRow {
  key: string;
  daemon: string;
  fencingToken: string;
}

const leaseSchema = new EntitySchema<ConnectionLeaseRow>({
  name: 'connection_leases',
  tableName: 'connection_leases',
  columns: {
    key: primaryText('key', 'connection_leases_pkey'),
    daemon: text('daemon'),
    fencingToken: text('fencing_token'),
  },
  foreignKeys: [
    {
      name: 'connection_leases_daemon_fkey',
      target: 'daemons',
      columnNames: ['daemon'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
  ],
  indices: [{ name: 'connection_leases_daemon', columns: ['daemon'] }],
});

/**
 * The tables of the daemons that share the database, which only `src/database/daemons/` uses. They
 * are empty on SQLite.
 */
export const daemons = { schemas: [daemonSchema, leaseSchema], sealedColumns: [] };
