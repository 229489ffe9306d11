/** Tests. */
@NullMarked
package dev.hostler.cli.console;

import org.jspecify.annotations.NullMarked;
