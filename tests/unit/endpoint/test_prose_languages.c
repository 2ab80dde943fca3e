#include <criterion/criterion.h>
#include <stdio.h>

#include "unit/endpoint/desk.h"

TestSuite(languages, .init = desk_begin, .fini = desk_end);

#define HEAD "<14>Oct 22 04:29:53 ws-1 Microsoft-Windows-Security-Auditing[4]: "
#define SNARE(id, text)                                                       \
	"<14>Oct 22 04:29:53 ws-1 MSWinEventLog\t1\tSecurity\t9\tThu Oct 22 " \
	"04:29:53 2020\t" id                                                  \
	"\tMicrosoft-Windows-Security-Auditing\tN/A\tN/A\tSuccess "           \
	"Audit\tws-1\t-\t\t" text "\t133981"

static void
expect_connection(enum endpoint_direction direction)
{
	cr_expect_eq(desk_event.event_id, 5156);
	cr_expect_eq(desk_event.pid, 1452);
	cr_expect_eq(desk_event.protocol, 6);
	cr_expect_eq(desk_event.direction, direction);
	cr_expect(desk_has_ends("10.0.0.1/51845", "10.0.0.2/445"));
	cr_expect_str_eq(desk_text(ENDPOINT_IMAGE),
	    "\\device\\harddiskvolume2\\program files\\x.exe");
}

#define FRENCH(e, a, b)                                                        \
	"La plateforme WPF (Windows Filtering Platform) a autoris" e           \
	" une connexion." b b "Informations sur l" a "application :" b         \
	"\tID du processus\xc2\xa0:\t\t1452" b "\tNom de l" a                  \
	"application :\t\\device\\harddiskvolume2\\program files\\x.exe" b b   \
	"Informations sur le r" e "seau :" b "\tDirection :\t\tEntrant" b      \
	"\tAdresse source :\t\t10.0.0.1" b "\tPort source :\t\t51845" b        \
	"\tAdresse de destination :\t10.0.0.2" b                               \
	"\tPort de destination :\t\t445" b "\tProtocole :\t\t6" b b            \
	"Informations sur le filtre :" b "\tID d" a "ex" e "cution du filtre " \
	":\t9" b "\tNom de la couche :\t\tR" e "ception/Acceptation"

Test(languages, french_is_read_however_its_letters_are_written)
{
	static const char *const messages[] = {
		HEAD FRENCH("é", "’", "\r\n"),
		HEAD FRENCH("é", "’", " "),
		HEAD FRENCH("\xe9", "'", "  "),
		HEAD FRENCH("\xef\xbf\xbd", "\xef\xbf\xbd", "  "),
		HEAD FRENCH("Ã©", "?", "\\n"),
	};

	for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
		cr_assert_eq(
		    desk_read(messages[i]), ENDPOINT_EVENT, "%s", messages[i]);
		expect_connection(ENDPOINT_INBOUND);
	}
}

Test(languages, german_is_read)
{
	cr_assert_eq(
	    desk_read(HEAD
	        "Die Windows-Filterplattform hat eine Verbindung zugelassen.    "
	        "Anwendungsinformationen:   Prozess-ID:  1452   Anwendungsname: "
	        "\\device\\harddiskvolume2\\program files\\x.exe    "
	        "Netzwerkinformationen:   Richtung:  Ausgehend   Quelladresse:  "
	        "10.0.0.1   Quellport:  51845   Zieladresse: 10.0.0.2   "
	        "Zielport:  445   Protokoll:  6    Filterinformationen:   "
	        "Laufzeit-ID des Filters: 9"),
	    ENDPOINT_EVENT);
	expect_connection(ENDPOINT_OUTBOUND);
}

Test(languages, spanish_is_read)
{
	cr_assert_eq(
	    desk_read(HEAD
	        "Plataforma de filtrado de Windows permitió una conexión. "
	        "Información de aplicación: Id. de proceso: 1452 Nombre de "
	        "aplicación: \\device\\harddiskvolume2\\program files\\x.exe "
	        "Información de red: Dirección: De salida Dirección de origen: "
	        "10.0.0.1 Puerto de origen: 51845 Dirección de destino: "
	        "10.0.0.2 Puerto de destino: 445 Protocolo: 6 Información de "
	        "filtro: Id. de tiempo de ejecución de filtro: 9"),
	    ENDPOINT_EVENT);
	expect_connection(ENDPOINT_OUTBOUND);
}

Test(languages, that_nobody_knows_are_read_by_the_shape_of_the_values)
{
	cr_assert_eq(
	    desk_read(SNARE("5156",
	        "Piattaforma filtro Windows ha consentito una connessione.    "
	        "Informazioni sull'applicazione:   ID processo:  1452   Nome "
	        "applicazione: \\device\\harddiskvolume2\\program files\\x.exe  "
	        "  Informazioni sulla rete:   Direzione:  In uscita   Indirizzo "
	        "di origine:  10.0.0.1   Porta di origine:  51845   Indirizzo "
	        "di destinazione: 10.0.0.2   Porta di destinazione:  445   "
	        "Protocollo:  6    Informazioni sul filtro:   ID: 9")),
	    ENDPOINT_EVENT);
	expect_connection(ENDPOINT_OUTBOUND);
}

Test(languages, french_4688_ends_its_command_line_before_the_explanation)
{
	cr_assert_eq(
	    desk_read(HEAD
	        "Un nouveau processus a été créé.\r\n\r\nSujet :\r\n\tID de "
	        "sécurité :\t\tS-1-5-18\r\n\tNom du compte :\t\tWS-1$\r\n"
	        "\tDomaine du compte :\t\tCORP\r\n\tID d’ouverture de session "
	        ":\t\t0x3e7\r\n\r\nInformations sur le processus :\r\n\tID du "
	        "nouveau processus :\t\t0x32b4\r\n\tNom du nouveau processus "
	        ":\tC:\\t\\x.exe\r\n\tType d’élévation du jeton :\tType "
	        "d’élévation de jeton par défaut (1)\r\n\tID du processus "
	        "créateur :\t0x2748\r\n\tLigne de commande de processus :\tx "
	        "ID du processus créateur : 0x4\r\n\r\nLe type d’élévation du "
	        "jeton indique le type de jeton.\r\n\r\nLe type 1 est un "
	        "jeton complet."),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 0x32b4);
	cr_expect_eq(desk_event.parent_pid, 0x2748);
	cr_expect_str_eq(desk_text(ENDPOINT_USER), "CORP\\WS-1$");
	cr_expect_str_eq(desk_text(ENDPOINT_COMMAND_LINE),
	    "x ID du processus créateur : 0x4");
}

Test(languages, a_4688_in_any_has_the_process_and_its_creator)
{
	cr_assert_eq(
	    desk_read(SNARE("4688",
	        "Um novo processo foi criado.    Entidade do Criador:   ID de "
	        "Segurança:  S-1-5-18   Nome da Conta:  WS-1$   Domínio da "
	        "Conta:  CORP   ID de Logon:  0x3E7    Entidade de Destino:   "
	        "ID de Segurança:  S-1-0-0   Nome da Conta:  -   Domínio da "
	        "Conta:  -   ID de Logon:  0x0    v:   ID do Novo Processo:  "
	        "0x1d60   Nome do Novo Processo: C:\\t u\\x.exe   Tipo de "
	        "Elevação do Token: %%1936   Rótulo Obrigatório:  S-1-16-8192   "
	        "ID de Processo do Criador: 0x1690   Nome do Processo do "
	        "Criador: C:\\y.exe   Linha de Comando do Processo: x 0x4: "
	        "C:\\z.exe")),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 0x1d60);
	cr_expect_eq(desk_event.parent_pid, 0x1690);
	cr_expect_str_eq(desk_text(ENDPOINT_IMAGE), "C:\\t u\\x.exe");
}

Test(languages, spanish_4624_tells_who_signed_in_from_where)
{
	cr_assert_eq(
	    desk_read(HEAD
	        "Se inició sesión correctamente en una "
	        "cuenta.\r\n\r\nFirmante:\r\n\tId. de seguridad:\t\tNULL "
	        "SID\r\n\tNombre de cuenta:\t\t-\r\n\tDominio de "
	        "cuenta:\t\t-\r\n\tId. de inicio de sesión:\t\t0x0\r\n\r\n"
	        "Información de inicio de sesión:\r\n\tTipo de inicio de "
	        "sesión:\t\t3\r\n\tToken elevado:\t\tNo\r\n\r\nNuevo inicio de "
	        "sesión:\r\n\tId. de seguridad:\t\tS-1-5-21-1601\r\n\tNombre de "
	        "cuenta:\t\tarthur\r\n\tDominio de cuenta:\t\tFORELA\r\n\tId. "
	        "de inicio de sesión:\t\t0x64A799\r\n\r\nInformación de "
	        "proceso:\r\n\tId. de proceso:\t\t0x0\r\n\tNombre de "
	        "proceso:\t\t-\r\n\r\nInformación de red:\r\n\tNombre de "
	        "estación de trabajo:\tWKSTN002\r\n\tDirección de red de "
	        "origen:\t172.17.79.135\r\n\tPuerto de origen:\t\t40252"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.kind, ENDPOINT_LOGON);
	cr_expect_eq(desk_event.logon_type, 3);
	cr_expect_eq(desk_event.logon_id, 0x64a799);
	cr_expect_str_eq(desk_text(ENDPOINT_USER), "FORELA\\arthur");
	cr_expect_str_eq(desk_text(ENDPOINT_LOGON_ADDRESS), "172.17.79.135");
}
