/** Who did what on the controller. */
@NullMarked
package dev.hostler.cli.audit;

import org.jspecify.annotations.NullMarked;
