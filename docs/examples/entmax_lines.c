/* Sparsemax in C, answering entmax-oracle line by line:
 *     cc -O2 -o entmax_lines docs/examples/entmax_lines.c -lm
 *     entmax-oracle check command:./entmax_lines --alpha 2 --dtype float64 --dtype float32
 * Only what a request holds is read; a real program would use a JSON library. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The numbers of the list called `name`; strtod reads hexadecimal floats and infinities. */
static size_t numbers(const char *line, const char *name, double **out) {
    size_t count = 0, room = 16;
    double *found = (double *)malloc(room * sizeof *found);
    const char *at = strstr(line, name);
    for (at = at ? strchr(at, '[') + 1 : "]"; *at != ']' && *at != '\0';) {
        if (strchr(" ,\"", *at)) { at++; continue; }
        char *end;
        if (count == room) found = (double *)realloc(found, (room *= 2) * sizeof *found);
        found[count++] = strtod(at, &end);
        if (end == at) break;
        at = end;
    }
    *out = found;
    return count;
}

static int descending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* tau is where the tokens above it sum to one beyond it; gaps to the maximum are exact where it matters. */
static void sparsemax(const double *z, double *p, size_t n) {
    double peak = -INFINITY, sum = 0.0, tau = 0.0, *gaps = (double *)malloc(n * sizeof *gaps);
    for (size_t i = 0; i < n; i++) peak = fmax(peak, z[i]);
    for (size_t i = 0; i < n; i++) gaps[i] = z[i] - peak;
    qsort(gaps, n, sizeof *gaps, descending);
    for (size_t k = 0; k < n && 1.0 + k * gaps[k] > sum; k++) {
        sum += gaps[k];
        tau = (sum - 1.0) / (k + 1);
    }
    for (size_t i = 0; i < n; i++) p[i] = fmax(z[i] - peak - tau, 0.0);
    free(gaps);
}

int main(void) {
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        double *shape, *z;
        size_t axes = numbers(line, "\"shape\"", &shape), size = numbers(line, "\"logits\"", &z);
        size_t n = axes ? (size_t)shape[axes - 1] : 1;
        int single = strstr(line, "\"dtype\": \"float32\"") != NULL;
        char *given = strstr(line, "\"alpha\": \"");
        long id = strtol(strstr(line, "\"id\": ") + 6, NULL, 10);
        if (given && strtod(given + 10, NULL) != 2.0) {
            printf("{\"id\": %ld, \"error\": \"this program knows alpha 2 only\"}\n", id);
        } else {
            double *p = (double *)malloc((size + 1) * sizeof *p);
            for (size_t row = 0; row + n <= size && n; row += n) sparsemax(z + row, p + row, n);
            printf("{\"id\": %ld, \"probabilities\": [", id);
            for (size_t i = 0; i < size; i++) printf("%s\"%a\"", i ? ", " : "", single ? (double)(float)p[i] : p[i]);
            puts("]}");
            free(p);
        }
        fflush(stdout);
        free(shape);
        free(z);
    }
    free(line);
    return 0;
}
