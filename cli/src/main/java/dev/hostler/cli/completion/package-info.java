/** Shell completion. */
@NullMarked
package dev.hostler.cli.completion;

import org.jspecify.annotations.NullMarked;
