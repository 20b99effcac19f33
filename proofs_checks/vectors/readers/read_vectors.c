/* Reads entmax-vectors-1.json and checks an implementation against it:
 *     cc -O2 -o read_vectors read_vectors.c -lm && ./read_vectors entmax-vectors-1.json
 * Every group's head and every test stands on one line, and numbers are what strtod reads. It is C++ as well. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Put your own implementation here; this one halves the interval of tau until no double lies inside. */
static void entmax(const double *z, double *p, size_t n, double alpha) {
    double peak = -INFINITY, low = -1.0, high = 0.0, a = alpha - 1.0, sum = 0.0;
    for (size_t i = 0; i < n; i++) peak = fmax(peak, z[i]);
    for (int last = 0; alpha > 1.0 && !last;) {
        double tau = low + (high - low) / 2.0, total = 0.0;
        last = tau == low || tau == high;
        for (size_t i = 0; i < n; i++) total += pow(fmax(a * (z[i] - peak) - tau, 0.0), 1.0 / a);
        if (total >= 1.0) low = tau; else high = tau;
    }
    for (size_t i = 0; i < n; i++)
        sum += p[i] = alpha > 1.0 ? pow(fmax(a * (z[i] - peak) - low, 0.0), 1.0 / a) : exp(z[i] - peak);
    for (size_t i = 0; i < n; i++) p[i] /= sum;
}

/* The numbers of the list that follows `name`; the caller frees them. */
static double *numbers(const char *line, const char *name, size_t *count) {
    double *found = (double *)malloc(strlen(line) / 4 * sizeof *found + 1);
    const char *at = strchr(strstr(line, name), '[') + 1;
    for (*count = 0; *at != ']';) {
        char *end;
        double value = strtod(at, &end);
        if (end == at) { at++; continue; } /* a quote, a comma or a space */
        found[(*count)++] = value;
        at = end;
    }
    return found;
}

int main(int argc, char **argv) {
    FILE *file = fopen(argc > 1 ? argv[1] : "entmax-vectors-1.json", "r");
    char *line = NULL;
    size_t room = 0, n, tests = 0, wrong = 0;
    double alpha = 1.0;
    if (!file) { perror("entmax-vectors-1.json"); return 2; }
    while (getline(&line, &room, file) > 0) {
        if (strncmp(line, "{\"law\"", 6) == 0) alpha = strtod(strstr(line, "\"alpha\": \"") + 10, NULL);
        if (strncmp(line, "{\"tcId\"", 7) != 0) continue;
        double *z = numbers(line, "\"logits\"", &n), *lower = numbers(line, "\"lower\"", &n);
        double *upper = numbers(line, "\"upper\"", &n), *p = (double *)malloc(n * sizeof *p);
        double *budget = numbers(strstr(line, "\"budget\""), "\"float64\"", &n);
        entmax(z, p, n, alpha);
        size_t i = 0;
        while (i < n && p[i] >= lower[i] - budget[i] && p[i] <= upper[i] + budget[i]) i++;
        if (i < n) printf("%.*s: token %zu is %a\n", (int)strcspn(line, ","), line + 1, i, p[i]);
        wrong += i < n;
        tests++;
        free(z), free(lower), free(upper), free(budget), free(p);
    }
    printf("%zu tests, %zu wrong\n", tests, wrong);
    return wrong || !tests;
}
