/** What the commands have in common: options, result formats, value types. */
@NullMarked
package dev.hostler.cli.command;

import org.jspecify.annotations.NullMarked;
