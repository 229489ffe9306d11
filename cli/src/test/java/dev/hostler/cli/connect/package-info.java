/** Tests. */
@NullMarked
package dev.hostler.cli.connect;

import org.jspecify.annotations.NullMarked;
