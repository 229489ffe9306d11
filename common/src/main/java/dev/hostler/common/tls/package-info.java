/** What a TLS end is made of: an identity, whom it trusts, and a context of the two. */
@NullMarked
package dev.hostler.common.tls;

import org.jspecify.annotations.NullMarked;
