/** Who did what on the controller: append-only and hash-chained. */
@NullMarked
package dev.hostler.controller.audit;

import org.jspecify.annotations.NullMarked;
