/** Tests. */
@NullMarked
package dev.hostler.cli.command;

import org.jspecify.annotations.NullMarked;
