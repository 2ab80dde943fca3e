/*
 * Gives a fuzz target inputs from files, once each: the driver of the fuzz
 * regressions, where libFuzzer is not there to do it.  Arguments are files and
 * folders of files.  A crash or a sanitizer's report ends the run; otherwise
 * the last line tells how many inputs were read.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static unsigned passed_count;
static unsigned failed_count;

static void
run_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	/* Exactly as large as the input, so that reading past it is seen. */
	uint8_t *bytes = malloc(size + (size == 0));

	if (file == NULL || bytes == NULL ||
	    fread(bytes, 1, size, file) != size) {
		fprintf(stderr, "%s: cannot be read\n", path);
		failed_count++;
	} else {
		fprintf(stderr, "%s\n", path);
		LLVMFuzzerTestOneInput(bytes, size);
		passed_count++;
	}
	free(bytes);
	if (file != NULL) {
		fclose(file);
	}
}

static void
run_path(const char *path)
{
	struct stat status;
	struct dirent **entries;
	int entry_count;

	if (stat(path, &status) != 0) {
		perror(path);
		failed_count++;
		return;
	}
	if (!S_ISDIR(status.st_mode)) {
		run_file(path, (size_t)status.st_size);
		return;
	}
	entry_count = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < entry_count; i++) {
		char below[4096];

		if (entries[i]->d_name[0] != '.') {
			snprintf(below, sizeof(below), "%s/%s", path,
			    entries[i]->d_name);
			run_path(below);
		}
		free(entries[i]);
	}
	if (entry_count >= 0) {
		free(entries);
	}
}

int
main(int argument_count, char **arguments)
{
	for (int i = 1; i < argument_count; i++) {
		run_path(arguments[i]);
	}
	printf("%u passed, %u failed\n", passed_count, failed_count);
	return failed_count != 0;
}
