/** What commands say and how: streams, terminal, tables, JSON, exit codes. */
@NullMarked
package dev.hostler.cli.console;

import org.jspecify.annotations.NullMarked;
