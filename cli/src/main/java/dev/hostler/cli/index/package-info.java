/** Commands for the signed index. */
@NullMarked
package dev.hostler.cli.index;

import org.jspecify.annotations.NullMarked;
