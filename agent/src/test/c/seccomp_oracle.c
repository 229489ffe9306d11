/* The filter that libseccomp makes of the same rules. Input, in words: "default ERRNO", "rule NUMBER COUNT" and COUNT times
   "INDEX OP VALUE DATUM", "end"; all rules allow. Output: struct sock_filter[]. */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum scmp_compare op(const char *word)
{
    static const struct {
        const char *word;
        enum scmp_compare op;
    } all[] = {{"NE", SCMP_CMP_NE}, {"LT", SCMP_CMP_LT}, {"LE", SCMP_CMP_LE}, {"EQ", SCMP_CMP_EQ},
               {"GE", SCMP_CMP_GE}, {"GT", SCMP_CMP_GT}, {"MASKED_EQ", SCMP_CMP_MASKED_EQ}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].word, word) == 0)
            return all[i].op;
    exit(3);
}

int main(void)
{
    char word[32];
    scmp_filter_ctx filter = NULL;
    while (scanf("%31s", word) == 1 && strcmp(word, "end") != 0) {
        int number = 0, count = 0;
        if (strcmp(word, "default") == 0) {
            if (scanf("%d", &number) != 1 || (filter = seccomp_init(SCMP_ACT_ERRNO(number))) == NULL)
                return 1;
            continue;
        }
        struct scmp_arg_cmp checks[6];
        if (strcmp(word, "rule") != 0 || scanf("%d %d", &number, &count) != 2 || count > 6)
            return 1;
        for (int i = 0; i < count; i++) {
            unsigned index;
            unsigned long long value, datum;
            if (scanf("%u %31s %llu %llu", &index, word, &value, &datum) != 4)
                return 1;
            checks[i] = (struct scmp_arg_cmp){index, op(word), value, datum};
        }
        int err = seccomp_rule_add_exact_array(filter, SCMP_ACT_ALLOW, number, (unsigned)count, checks);
        if (err != 0 && err != -EEXIST) {
            fprintf(stderr, "rule for %d: %s\n", number, strerror(-err));
            return 2;
        }
    }
    return filter == NULL || seccomp_export_bpf(filter, 1) != 0;
}
