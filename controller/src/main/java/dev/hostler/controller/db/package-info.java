/** The database: connections, transactions, migrations and the embedded PostgreSQL. */
@NullMarked
package dev.hostler.controller.db;

import org.jspecify.annotations.NullMarked;
