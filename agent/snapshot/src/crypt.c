/* What is kept, of no use without the host's keys: ChaCha20-Poly1305 (RFC 8439), by libsodium.

   Keys come on fd 0, before anything else that is read there: for each 16 bytes by which it is known and 32 bytes of key. The
   first is that for what is written. An encrypted file, or the encrypted part of one, begins with the line

     encrypted KEY SALT                                 32 and 64 hexadecimal digits

   and has chunks after it: 12 bytes of nonce, up to 64 KiB that are encrypted, 16 bytes of tag. The key of the file is the
   HMAC-SHA256 under KEY of "hostler-encrypted-1", a zero byte, the 32 bytes of SALT, and what the file is: "packs/ID", or
   "ID/NAME" of another file of a snapshot, followed by the lines before the one above if there are any. So no file passes for
   another one. A nonce is a number that counts up, never used twice with the key of a file. Bound to each chunk are its place
   in the file, as 8 bytes, little end first, and a byte that is 1 if it is the last of a file that ends with it. */
#define _GNU_SOURCE
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "snapshot.h"

enum { ID = KEY_NAME / 2, KEY = 32, SALT = 32, NONCE = 12, PLACE = 9 };

struct cipher {
    unsigned char key[KEY];
    uint64_t next;
};

static struct {
    unsigned char id[ID], key[KEY];
} *keys;
static uint32_t key_n;
static bool encrypts;

void keys_read(uint32_t n, bool encrypt)
{
    size_t want = n * sizeof *keys, have = 0;
    if (n == 0 || n > 1000)
        die(EXIT_USAGE, "%u keys cannot be read", n);
    if (sodium_init() < 0)
        die(EXIT_FAILED, "libsodium cannot be used");
    prctl(PR_SET_DUMPABLE, 0);
    keys = take(want);
    mlock(keys, want);
    while (have < want) {
        ssize_t got = read(0, (char *)keys + have, want - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            die(EXIT_USAGE, "%u keys were to come on fd 0: it ended after %zu bytes", n, have);
        have += (size_t)got;
    }
    key_n = n;
    encrypts = encrypt;
}

bool encrypting(void)
{
    return encrypts;
}

static const unsigned char *find(const char *name)
{
    unsigned char id[ID];
    size_t n;
    if (sodium_hex2bin(id, sizeof id, name, KEY_NAME, NULL, &n, NULL) != 0 || n != sizeof id)
        return NULL;
    for (uint32_t i = 0; i < key_n; i++)
        if (memcmp(keys[i].id, id, sizeof id) == 0)
            return keys[i].key;
    return NULL;
}

bool key_known(const char *name)
{
    return find(name) != NULL;
}

bool key_current(const char *name)
{
    return key_n > 0 && find(name) == keys[0].key;
}

static struct cipher *derive(const unsigned char *key, const unsigned char salt[SALT], const char *what)
{
    static const char form[] = "hostler-encrypted-1";
    struct cipher *s = take(sizeof *s);
    crypto_auth_hmacsha256_state h;
    crypto_auth_hmacsha256_init(&h, key, KEY);
    crypto_auth_hmacsha256_update(&h, (const unsigned char *)form, sizeof form);
    crypto_auth_hmacsha256_update(&h, salt, SALT);
    crypto_auth_hmacsha256_update(&h, (const unsigned char *)what, strlen(what));
    crypto_auth_hmacsha256_final(&h, s->key);
    return s;
}

/* A new file's key, and the line that it begins with. */
struct cipher *cipher_new(char line[CRYPT_LINE + 1], const char *what)
{
    unsigned char salt[SALT];
    char id_hex[2 * ID + 1], salt_hex[2 * SALT + 1];
    randombytes_buf(salt, sizeof salt);
    snprintf(line, CRYPT_LINE + 1, "encrypted %s %s\n", sodium_bin2hex(id_hex, sizeof id_hex, keys[0].id, ID),
             sodium_bin2hex(salt_hex, sizeof salt_hex, salt, SALT));
    return derive(keys[0].key, salt, what);
}

/* The key of a file that begins with the line. NULL with errno: ENOKEY, or EBADMSG if it is no such line. */
struct cipher *cipher_of(const char line[CRYPT_LINE], const char *what)
{
    unsigned char salt[SALT];
    size_t n;
    errno = EBADMSG;
    if (memcmp(line, MARK, MARK_N) != 0 || line[MARK_N + KEY_NAME] != ' ' || line[CRYPT_LINE - 1] != '\n' ||
        sodium_hex2bin(salt, sizeof salt, line + MARK_N + KEY_NAME + 1, 2 * SALT, NULL, &n, NULL) != 0 || n != SALT)
        return NULL;
    const unsigned char *key = find(line + MARK_N);
    errno = ENOKEY;
    return key == NULL ? NULL : derive(key, salt, what);
}

static void place(unsigned char bound[PLACE], uint64_t at, bool last)
{
    for (int i = 0; i < 8; i++)
        bound[i] = (unsigned char)(at >> 8 * i);
    bound[8] = last;
}

/* Of n bytes, n + CRYPT_MORE. */
void encrypt_chunk(struct cipher *s, unsigned char *to, const unsigned char *plain, size_t n, uint64_t at, bool last)
{
    unsigned char bound[PLACE];
    place(bound, at, last);
    memset(to, 0, NONCE);
    memcpy(to, &s->next, sizeof s->next);
    s->next++;
    crypto_aead_chacha20poly1305_ietf_encrypt(to + NONCE, NULL, plain, n, bound, sizeof bound, NULL, to, s->key);
}

/* Back, n bytes. False: it is not what was encrypted there. */
bool decrypt_chunk(const struct cipher *s, unsigned char *plain, const unsigned char *from, size_t n, uint64_t at, bool last)
{
    unsigned char bound[PLACE];
    place(bound, at, last);
    return crypto_aead_chacha20poly1305_ietf_decrypt(plain, NULL, NULL, from + NONCE, n + CRYPT_MORE - NONCE, bound, sizeof bound,
                                                     from, s->key) == 0;
}
