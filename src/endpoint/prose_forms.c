/*
 * The texts that Windows renders of the events that are wanted, label by label.
 *
 * Sources: Microsoft, "Advanced security audit policy settings", one page an
 * event, and the texts of its versions since Windows 7; Sysmon's schema 1 to
 * 4.90 (sysmon -s).
 */
#include "endpoint/prose.h"

#define TEXT(label, field)                                  \
	{                                                   \
		LABEL_##label, FIELD_##field, SHAPE_TEXT, 0 \
	}
#define WORD(label, field)                                  \
	{                                                   \
		LABEL_##label, FIELD_##field, SHAPE_WORD, 0 \
	}
#define NUMBER(label, field)                                  \
	{                                                     \
		LABEL_##label, FIELD_##field, SHAPE_NUMBER, 0 \
	}
#define ADDRESS(label, field)                                  \
	{                                                      \
		LABEL_##label, FIELD_##field, SHAPE_ADDRESS, 0 \
	}
#define SKIP(label)                                       \
	{                                                 \
		LABEL_##label, FIELD_COUNT, SHAPE_NONE, 0 \
	}
#define MAY_SKIP(label)                                               \
	{                                                             \
		LABEL_##label, FIELD_COUNT, SHAPE_NONE, STEP_MAY_LACK \
	}
#define MAY_TEXT(label, field)                                          \
	{                                                               \
		LABEL_##label, FIELD_##field, SHAPE_TEXT, STEP_MAY_LACK \
	}
#define MAY_NUMBER(label, field)                                          \
	{                                                                 \
		LABEL_##label, FIELD_##field, SHAPE_NUMBER, STEP_MAY_LACK \
	}
#define MAY_ADDRESS(label, field)                                          \
	{                                                                  \
		LABEL_##label, FIELD_##field, SHAPE_ADDRESS, STEP_MAY_LACK \
	}
#define MAY_WORD(label, field)                                          \
	{                                                               \
		LABEL_##label, FIELD_##field, SHAPE_WORD, STEP_MAY_LACK \
	}
#define WIDE(label, field)                                          \
	{                                                           \
		LABEL_##label, FIELD_##field, SHAPE_TEXT, STEP_WIDE \
	}
#define MAY_WIDE(label, field)                            \
	{                                                 \
		LABEL_##label, FIELD_##field, SHAPE_TEXT, \
		    STEP_WIDE | STEP_MAY_LACK             \
	}

static const struct prose_step process_create[] = {
	MAY_SKIP(RULE_NAME),
	TEXT(UTC_TIME, UTC_TIME),
	WORD(PROCESS_GUID, PROCESS_GUID),
	MAY_NUMBER(SYSMON_PROCESS_ID, PROCESS_ID),
	TEXT(IMAGE, IMAGE),
	MAY_SKIP(FILE_VERSION),
	MAY_TEXT(DESCRIPTION, DESCRIPTION),
	MAY_TEXT(PRODUCT, PRODUCT),
	MAY_SKIP(COMPANY),
	MAY_TEXT(ORIGINAL_FILE_NAME, ORIGINAL_NAME),
	WIDE(COMMAND_LINE, COMMAND_LINE),
	TEXT(CURRENT_DIRECTORY, WORKING_FOLDER),
	TEXT(USER, USER),
	SKIP(LOGON_GUID),
	NUMBER(SYSMON_LOGON_ID, LOGON_ID),
	MAY_SKIP(TERMINAL_SESSION),
	MAY_SKIP(INTEGRITY),
	MAY_TEXT(HASHES, HASHES),
	WORD(PARENT_GUID, PARENT_GUID),
	NUMBER(PARENT_PROCESS_ID, PARENT_PROCESS_ID),
	TEXT(PARENT_IMAGE, PARENT_IMAGE),
	TEXT(PARENT_COMMAND_LINE, PARENT_COMMAND_LINE),
	MAY_TEXT(PARENT_USER, PARENT_USER),
};

/* The first versions did not know where a process was started. */
static const struct prose_step process_create_at_first[] = {
	TEXT(UTC_TIME, UTC_TIME),
	WORD(PROCESS_GUID, PROCESS_GUID),
	NUMBER(SYSMON_PROCESS_ID, PROCESS_ID),
	TEXT(IMAGE, IMAGE),
	WIDE(COMMAND_LINE, COMMAND_LINE),
	TEXT(USER, USER),
	SKIP(LOGON_GUID),
	NUMBER(SYSMON_LOGON_ID, LOGON_ID),
	MAY_SKIP(TERMINAL_SESSION),
	MAY_SKIP(INTEGRITY),
	SKIP(HASH_TYPE),
	MAY_TEXT(HASHES, HASHES),
	WORD(PARENT_GUID, PARENT_GUID),
	NUMBER(PARENT_PROCESS_ID, PARENT_PROCESS_ID),
	TEXT(PARENT_IMAGE, PARENT_IMAGE),
	TEXT(PARENT_COMMAND_LINE, PARENT_COMMAND_LINE),
};

static const struct prose_step network_connection[] = {
	MAY_SKIP(RULE_NAME),
	TEXT(UTC_TIME, UTC_TIME),
	WORD(PROCESS_GUID, PROCESS_GUID),
	MAY_NUMBER(SYSMON_PROCESS_ID, PROCESS_ID),
	TEXT(IMAGE, IMAGE),
	MAY_TEXT(USER, USER),
	WORD(PROTOCOL, PROTOCOL),
	WORD(INITIATED, INITIATED),
	MAY_SKIP(SOURCE_IS_IP6),
	ADDRESS(SOURCE_IP, SOURCE_ADDRESS),
	MAY_SKIP(SOURCE_HOST_NAME),
	NUMBER(SYSMON_SOURCE_PORT, SOURCE_PORT),
	MAY_SKIP(SOURCE_PORT_NAME),
	MAY_SKIP(DESTINATION_IS_IP6),
	ADDRESS(DESTINATION_IP, TARGET_ADDRESS),
	MAY_SKIP(DESTINATION_HOST_NAME),
	NUMBER(SYSMON_DESTINATION_PORT, TARGET_PORT),
	MAY_SKIP(DESTINATION_PORT_NAME),
};

/* As some relays set it anew. */
static const struct prose_step network_connection_anew[] = {
	MAY_SKIP(RULE_NAME),
	TEXT(UTC_TIME, UTC_TIME),
	WORD(PROCESS_GUID, PROCESS_GUID),
	MAY_NUMBER(SYSMON_PROCESS_ID, PROCESS_ID),
	TEXT(IMAGE, IMAGE),
	MAY_SKIP(DESCRIPTION),
	MAY_TEXT(USER, USER),
	ADDRESS(SOURCE_IP, SOURCE_ADDRESS),
	NUMBER(SYSMON_SOURCE_PORT, SOURCE_PORT),
	ADDRESS(DESTINATION_IP, TARGET_ADDRESS),
	NUMBER(SYSMON_DESTINATION_PORT, TARGET_PORT),
	WORD(PROTOCOL, PROTOCOL),
	WORD(INITIATED, INITIATED),
};

static const struct prose_step process_terminated[] = {
	MAY_SKIP(RULE_NAME),
	TEXT(UTC_TIME, UTC_TIME),
	WORD(PROCESS_GUID, PROCESS_GUID),
	MAY_NUMBER(SYSMON_PROCESS_ID, PROCESS_ID),
	TEXT(IMAGE, IMAGE),
	MAY_SKIP(DESCRIPTION),
	MAY_TEXT(USER, USER),
};

static const struct prose_step driver_loaded[] = {
	MAY_SKIP(RULE_NAME),
	TEXT(UTC_TIME, UTC_TIME),
	TEXT(IMAGE_LOADED, IMAGE_LOADED),
	MAY_TEXT(HASHES, HASHES),
	MAY_SKIP(SIGNED),
	MAY_SKIP(SIGNATURE),
	MAY_SKIP(SIGNATURE_STATUS),
};

static const struct prose_step image_loaded[] = {
	MAY_SKIP(RULE_NAME),
	TEXT(UTC_TIME, UTC_TIME),
	WORD(PROCESS_GUID, PROCESS_GUID),
	MAY_NUMBER(SYSMON_PROCESS_ID, PROCESS_ID),
	TEXT(IMAGE, IMAGE),
	TEXT(IMAGE_LOADED, IMAGE_LOADED),
	MAY_SKIP(FILE_VERSION),
	MAY_TEXT(DESCRIPTION, DESCRIPTION),
	MAY_TEXT(PRODUCT, PRODUCT),
	MAY_SKIP(COMPANY),
	MAY_TEXT(ORIGINAL_FILE_NAME, ORIGINAL_NAME),
	MAY_TEXT(HASHES, HASHES),
	MAY_SKIP(SIGNED),
	MAY_SKIP(SIGNATURE),
	MAY_SKIP(SIGNATURE_STATUS),
	MAY_TEXT(USER, USER),
};

static const struct prose_step dns_query[] = {
	MAY_SKIP(RULE_NAME),
	TEXT(UTC_TIME, UTC_TIME),
	WORD(PROCESS_GUID, PROCESS_GUID),
	MAY_NUMBER(SYSMON_PROCESS_ID, PROCESS_ID),
	WIDE(QUERY_NAME, QUERY),
	SKIP(QUERY_STATUS),
	TEXT(QUERY_RESULTS, QUERY_RESULTS),
	TEXT(IMAGE, IMAGE),
	MAY_TEXT(USER, USER),
};

static const struct prose_step error_report[] = {
	TEXT(UTC_TIME, UTC_TIME),
	MAY_SKIP(ERROR_ID),
	MAY_TEXT(DESCRIPTION, DESCRIPTION),
};

/* Windows 7 ends at the creator's id; its command line came later. */
static const struct prose_step new_process[] = {
	MAY_TEXT(ACCOUNT_NAME, SUBJECT_USER),
	MAY_TEXT(ACCOUNT_DOMAIN, SUBJECT_DOMAIN),
	MAY_NUMBER(LOGON_ID, SUBJECT_LOGON_ID),
	MAY_SKIP(TARGET_SUBJECT),
	MAY_TEXT(ACCOUNT_NAME, TARGET_USER),
	MAY_TEXT(ACCOUNT_DOMAIN, TARGET_DOMAIN),
	MAY_NUMBER(LOGON_ID, TARGET_LOGON_ID),
	MAY_SKIP(PROCESS_INFORMATION),
	NUMBER(NEW_PROCESS_ID, NEW_PROCESS_ID),
	TEXT(NEW_PROCESS_NAME, IMAGE),
	SKIP(TOKEN_ELEVATION),
	MAY_SKIP(MANDATORY_LABEL),
	NUMBER(CREATOR_PROCESS_ID, PARENT_PROCESS_ID),
	{ LABEL_CREATOR_PROCESS_NAME, FIELD_PARENT_IMAGE, SHAPE_TEXT,
	    STEP_MAY_LACK | STEP_GOES_ON },
	MAY_WIDE(PROCESS_COMMAND_LINE, COMMAND_LINE),
};

static const struct prose_step process_exited[] = {
	MAY_TEXT(ACCOUNT_NAME, SUBJECT_USER),
	MAY_TEXT(ACCOUNT_DOMAIN, SUBJECT_DOMAIN),
	MAY_NUMBER(LOGON_ID, SUBJECT_LOGON_ID),
	MAY_SKIP(PROCESS_INFORMATION),
	NUMBER(PROCESS_ID, PROCESS_ID),
	TEXT(PROCESS_NAME, PROCESS_NAME),
	MAY_SKIP(EXIT_STATUS),
};

static const struct prose_step connection[] = {
	NUMBER(PROCESS_ID, PROCESS_ID),
	TEXT(APPLICATION_NAME, IMAGE),
	MAY_SKIP(NETWORK_INFORMATION),
	{ LABEL_DIRECTION, FIELD_DIRECTION, SHAPE_DIRECTION, 0 },
	ADDRESS(SOURCE_ADDRESS, SOURCE_ADDRESS),
	NUMBER(SOURCE_PORT, SOURCE_PORT),
	ADDRESS(DESTINATION_ADDRESS, TARGET_ADDRESS),
	NUMBER(DESTINATION_PORT, TARGET_PORT),
	WORD(PROTOCOL, PROTOCOL),
};

static const struct prose_step bind_to_port[] = {
	NUMBER(PROCESS_ID, PROCESS_ID),
	TEXT(APPLICATION_NAME, IMAGE),
	MAY_SKIP(NETWORK_INFORMATION),
	ADDRESS(SOURCE_ADDRESS, SOURCE_ADDRESS),
	NUMBER(SOURCE_PORT, SOURCE_PORT),
	WORD(PROTOCOL, PROTOCOL),
};

/* A workstation calls itself what it likes. */
static const struct prose_step logged_on[] = {
	MAY_TEXT(ACCOUNT_NAME, SUBJECT_USER),
	MAY_TEXT(ACCOUNT_DOMAIN, SUBJECT_DOMAIN),
	MAY_NUMBER(LOGON_ID, SUBJECT_LOGON_ID),
	NUMBER(LOGON_TYPE, LOGON_TYPE),
	SKIP(NEW_LOGON),
	MAY_SKIP(SECURITY_ID),
	TEXT(ACCOUNT_NAME, TARGET_USER),
	TEXT(ACCOUNT_DOMAIN, TARGET_DOMAIN),
	NUMBER(LOGON_ID, TARGET_LOGON_ID),
	MAY_SKIP(PROCESS_INFORMATION),
	MAY_NUMBER(PROCESS_ID, PROCESS_ID),
	MAY_TEXT(PROCESS_NAME, PROCESS_NAME),
	MAY_SKIP(NETWORK_INFORMATION),
	MAY_SKIP(WORKSTATION_NAME),
	MAY_ADDRESS(SOURCE_NETWORK_ADDRESS, LOGON_ADDRESS),
	MAY_SKIP(SOURCE_PORT),
};

#define STEPS(array) array, ARRAY_SIZE(array)
#define ALL          UINT8_MAX

/* Headlines begin the text; a headline that is the beginning of another stands
 * behind it. */
const struct prose_form prose_forms[] = {
	{ 1, "1", { "Process Create:|Process creation:" }, { NULL },
	    STEPS(process_create), 5 },
	{ 1, "1", { NULL }, { NULL }, STEPS(process_create_at_first), 4 },
	{ 3, "3", { "Network connection detected:" }, { NULL },
	    STEPS(network_connection), 5 },
	{ 3, "3", { NULL }, { NULL }, STEPS(network_connection_anew), 5 },
	{ 5, "5", { "Process terminated:" }, { NULL },
	    STEPS(process_terminated), ALL },
	{ 6, "6", { "Driver loaded:" }, { NULL }, STEPS(driver_loaded), ALL },
	{ 7, "7", { "Image loaded:" }, { NULL }, STEPS(image_loaded), 5 },
	{ 22, "22", { "Dns query:|DNS query:" }, { NULL }, STEPS(dns_query),
	    5 },
	{ 255, "255", { "Error report:" }, { NULL }, STEPS(error_report), ALL },
	{ 4688, "4688",
	    { "A new process has been created.",
	        "Un nouveau processus a été créé.",
	        "Ein neuer Prozess wurde erstellt.",
	        "Se creó un nuevo proceso.|Se ha creado un nuevo proceso." },
	    { "Token Elevation Type indicates the type of token",
	        "Le type d’élévation du jeton indique|Le type d’élévation de "
	        "jeton indique",
	        "Der Tokenerhöhungstyp|Tokenerhöhungstyp gibt|Der Typ der "
	        "Tokenerhöhung",
	        "El tipo de elevación de token|El tipo de elevación del "
	        "token|Tipo de elevación de token indica" },
	    STEPS(new_process), ALL },
	{ 4689, "4689",
	    { "A process has exited.",
	        "Un processus est terminé.|Un processus s’est arrêté.|Un "
	        "processus s’est terminé.",
	        "Ein Prozess wurde beendet.",
	        "Se cerró un proceso.|Se ha cerrado un proceso.|Terminó un "
	        "proceso.|Un proceso ha terminado.|Un proceso se cerró." },
	    { NULL }, STEPS(process_exited), ALL },
	{ 5158, "5158",
	    { "The Windows Filtering Platform has permitted a bind to a local "
	      "port.",
	        "La plateforme WPF (Windows Filtering Platform) a autorisé une "
	        "liaison|La plateforme de filtrage Windows a autorisé une "
	        "liaison",
	        "Die Windows-Filterplattform hat eine Bindung an einen lokalen "
	        "Port zugelassen",
	        "Plataforma de filtrado de Windows permitió un enlace|La "
	        "plataforma de filtrado de Windows ha permitido un enlace|La "
	        "Plataforma de filtrado de Windows permitió un enlace" },
	    { NULL }, STEPS(bind_to_port), ALL },
	{ 5156, "5156",
	    { "The Windows Filtering Platform has permitted a connection.|The "
	      "Windows Filtering Platform has allowed a connection.",
	        "La plateforme WPF (Windows Filtering Platform) a autorisé une "
	        "connexion|La plateforme de filtrage Windows a autorisé une "
	        "connexion|La plateforme de filtrage Windows a permis une "
	        "connexion",
	        "Die Windows-Filterplattform hat eine Verbindung zugelassen",
	        "Plataforma de filtrado de Windows permitió una conexión|La "
	        "plataforma de filtrado de Windows ha permitido una "
	        "conexión|La Plataforma de filtrado de Windows permitió una "
	        "conexión" },
	    { NULL }, STEPS(connection), ALL },
	{ 5157, "5157",
	    { "The Windows Filtering Platform has blocked a connection.",
	        "La plateforme WPF (Windows Filtering Platform) a bloqué une "
	        "connexion|La plateforme de filtrage Windows a bloqué une "
	        "connexion",
	        "Die Windows-Filterplattform hat eine Verbindung blockiert|Die "
	        "Windows-Filterplattform hat eine Verbindung geblockt",
	        "Plataforma de filtrado de Windows bloqueó una conexión|La "
	        "plataforma de filtrado de Windows ha bloqueado una "
	        "conexión|La Plataforma de filtrado de Windows bloqueó una "
	        "conexión" },
	    { NULL }, STEPS(connection), ALL },
	{ 4624, "4624",
	    { "An account was successfully logged on.",
	        "L’ouverture de session d’un compte s’est correctement déroulée.",
	        "Ein Konto wurde erfolgreich angemeldet.",
	        "Se inició sesión correctamente en una cuenta." },
	    { NULL }, STEPS(logged_on), 14 },
};

const size_t prose_forms_count = ARRAY_SIZE(prose_forms);
